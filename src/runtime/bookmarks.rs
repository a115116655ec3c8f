//! Where each channel's reading goes on after a restart.

use std::collections::BTreeMap;

use crate::model::id::AccountId;
use crate::store::document::{self, Bookmark, bookmark_key};
use crate::store::{Store, StoreError};

/// Most bookmarks of one account that are given back.
const BOOKMARKS_MAX: usize = 10_000;

/// All bookmarks of an account, by name.
pub async fn all(
    store: &dyn Store,
    account: &AccountId,
) -> Result<BTreeMap<String, String>, StoreError> {
    let prefix = bookmark_key(account, "");
    let found = store.scan(&prefix, None, BOOKMARKS_MAX).await?;
    found
        .into_iter()
        .map(|(key, stored)| {
            let bookmark: Bookmark = document::decode(&key, &stored.bytes)?;
            Ok((key[prefix.len()..].to_owned(), bookmark.value))
        })
        .collect()
}

/// Keeps a bookmark; the last one kept counts.
pub async fn keep(
    store: &dyn Store,
    account: &AccountId,
    name: &str,
    value: String,
) -> Result<(), StoreError> {
    let key = bookmark_key(account, name);
    let bookmark = Bookmark { value };
    loop {
        let before = store.get(&key).await?.map(|stored| stored.revision);
        match document::save(store, &key, before, &bookmark).await {
            Err(StoreError::Conflict { .. }) => {}
            Ok(_) => return Ok(()),
            Err(error) => return Err(error),
        }
    }
}
