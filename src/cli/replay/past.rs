//! Past messages out of a file: JSON lines or CSV. A line that cannot be read is told and left out, never what it says.

use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader, Read};

use anyhow::Context;
use csv::{ByteRecord, ReaderBuilder};
use jiff::Timestamp;
use serde_json::Value;

use crate::model::id::{AccountId, AuthorId, Language, MessageId};
use crate::model::message::Inbound;
use crate::model::network::Visibility;

/// What a message may have; whatever else an export carries is left alone.
const FIELDS: [&str; 10] = [
    TEXT,
    "id",
    "author",
    "author_name",
    "at",
    "channel",
    "visibility",
    "addressed",
    "lang",
    "followers",
];

/// The one field that a message must have.
const TEXT: &str = "text";

/// What some programs put at the beginning of a file: <https://www.unicode.org/faq/utf_bom.html>.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// A message that somebody once wrote.
#[derive(Debug, PartialEq)]
pub(super) struct Past {
    /// The network, or one of our accounts as KIND/NAME, where the file says.
    pub(super) channel: Option<String>,
    id: String,
    text: String,
    author: Option<String>,
    author_name: Option<String>,
    at: Option<Timestamp>,
    visibility: Visibility,
    addressed: bool,
    language: Option<Language>,
    followers: Option<u64>,
}

/// Why a line cannot be read.
#[derive(Debug, PartialEq, thiserror::Error)]
#[error("{line}: {problem}")]
pub(super) struct Unreadable {
    /// Where it begins, from 1.
    line: u64,
    /// What is wrong.
    problem: String,
}

type Fields = BTreeMap<&'static str, String>;

impl Past {
    fn of(line: u64, mut fields: Fields) -> Result<Self, String> {
        let text = fields.remove(TEXT).ok_or("there is no `text`")?;
        fields.retain(|_, value| !value.is_empty());
        Ok(Self {
            text,
            at: read(&fields, "at", "a time such as 2026-01-31T09:30:00Z", |at| {
                at.parse().ok()
            })?,
            visibility: read(
                &fields,
                "visibility",
                "`public` or `private`",
                |word| match word {
                    "public" => Some(Visibility::Public),
                    "private" => Some(Visibility::Private),
                    _ => None,
                },
            )?
            .unwrap_or(Visibility::Private),
            addressed: read(&fields, "addressed", "`true` or `false`", |word| {
                word.to_ascii_lowercase().parse().ok()
            })?
            .unwrap_or(true),
            followers: read(&fields, "followers", "a whole number", |count| {
                count.parse().ok()
            })?,
            language: fields.remove("lang").and_then(|tag| language(&tag)),
            id: fields.remove("id").unwrap_or_else(|| line.to_string()),
            channel: fields.remove("channel"),
            author: fields.remove("author"),
            author_name: fields.remove("author_name"),
        })
    }

    /// As a message to `account`; written at `now` where nobody knows when.
    pub(super) fn message(&self, account: AccountId, now: Timestamp) -> Inbound {
        let at = self.at.unwrap_or(now);
        let mut message = Inbound::imagined(account, &self.text, self.visibility, at);
        message.id = MessageId::new(&self.id);
        if let Some(author) = &self.author {
            message.author.id = AuthorId::new(author);
        }
        message.author.name = self.author_name.clone().unwrap_or_default();
        message.author.followers = self.followers;
        message.addressed = self.addressed;
        message.language.clone_from(&self.language);
        message
    }
}

fn read<T>(
    fields: &Fields,
    name: &str,
    expected: &str,
    parse: impl Fn(&str) -> Option<T>,
) -> Result<Option<T>, String> {
    fields
        .get(name)
        .map(|value| parse(value).ok_or_else(|| format!("`{name}` is not {expected}")))
        .transpose()
}

/// `de-AT` is German; exports write `und` and the like where they do not know.
fn language(tag: &str) -> Option<Language> {
    let code = tag.split(['-', '_']).next()?.to_ascii_lowercase();
    let is_short = code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_alphabetic());
    is_short.then(|| Language::new(code))
}

/// A file of past messages, read as it is needed.
pub(super) enum Source {
    /// One object per line.
    JsonLines {
        /// The file.
        input: BufReader<Box<dyn Read>>,
        /// The lines read so far.
        line: u64,
    },
    /// A table whose first row names the columns.
    Csv {
        /// The file.
        input: Box<csv::Reader<Box<dyn Read>>>,
        /// Where each field stands.
        columns: BTreeMap<&'static str, usize>,
    },
}

impl Source {
    /// One JSON object per line.
    pub(super) fn json_lines(input: Box<dyn Read>) -> Self {
        Self::JsonLines {
            input: BufReader::new(input),
            line: 0,
        }
    }

    /// A table with the texts in the column `text_column`, else in the one that is called `text`.
    pub(super) fn csv(
        input: Box<dyn Read>,
        delimiter: u8,
        text_column: Option<&str>,
    ) -> anyhow::Result<Self> {
        let mut input = ReaderBuilder::new()
            .delimiter(delimiter)
            .flexible(true)
            .from_reader(input);
        let header = input.headers().context("the names of the columns")?;
        let place = |name: &str| header.iter().position(|column| column.trim() == name);
        let mut columns: BTreeMap<&'static str, usize> = FIELDS
            .iter()
            .filter_map(|field| Some((*field, place(field)?)))
            .collect();
        let texts = text_column.unwrap_or(TEXT);
        let texts = place(texts)
            .with_context(|| format!("there is no column `{texts}`; name one by --text-column"))?;
        columns.insert(TEXT, texts);
        Ok(Self::Csv {
            input: Box::new(input),
            columns,
        })
    }

    /// The next message, or what is wrong with its line; `None` at the end.
    pub(super) fn next(&mut self) -> io::Result<Option<Result<Past, Unreadable>>> {
        let read = match self {
            Self::JsonLines { input, line } => next_object(input, line)?,
            Self::Csv { input, columns } => next_row(input, columns)?,
        };
        Ok(read.map(|(line, fields)| {
            fields
                .and_then(|fields| Past::of(line, fields))
                .map_err(|problem| Unreadable { line, problem })
        }))
    }
}

type NextFields = io::Result<Option<(u64, Result<Fields, String>)>>;

fn next_object(input: &mut impl BufRead, line: &mut u64) -> NextFields {
    let mut bytes = Vec::new();
    loop {
        bytes.clear();
        if input.read_until(b'\n', &mut bytes)? == 0 {
            return Ok(None);
        }
        *line += 1;
        let object = bytes
            .strip_prefix(BYTE_ORDER_MARK)
            .unwrap_or(&bytes)
            .trim_ascii();
        if !object.is_empty() {
            return Ok(Some((*line, fields_of_object(object))));
        }
    }
}

fn fields_of_object(bytes: &[u8]) -> Result<Fields, String> {
    let value: Value = serde_json::from_slice(bytes)
        .map_err(|error| format!("this is not JSON, from column {} on", error.column()))?;
    let Value::Object(mut object) = value else {
        return Err("this is not a JSON object".to_owned());
    };
    let mut fields = Fields::new();
    for name in FIELDS {
        let value = match object.remove(name) {
            None | Some(Value::Null) => continue,
            Some(Value::String(value)) => value,
            Some(Value::Number(value)) if name != TEXT => value.to_string(),
            Some(Value::Bool(value)) if name != TEXT => value.to_string(),
            Some(_) => return Err(format!("`{name}` is not text")),
        };
        fields.insert(name, value);
    }
    Ok(fields)
}

fn next_row(
    input: &mut csv::Reader<Box<dyn Read>>,
    columns: &BTreeMap<&'static str, usize>,
) -> NextFields {
    let mut row = ByteRecord::new();
    if !input.read_byte_record(&mut row)? {
        return Ok(None);
    }
    let line = row.position().map_or(0, csv::Position::line);
    Ok(Some((line, fields_of_row(&row, columns))))
}

fn fields_of_row(
    row: &ByteRecord,
    columns: &BTreeMap<&'static str, usize>,
) -> Result<Fields, String> {
    let cells = columns
        .iter()
        .filter_map(|(name, place)| Some((*name, row.get(*place)?)));
    cells
        .map(|(name, cell)| {
            let value = str::from_utf8(cell).map_err(|_| format!("`{name}` is not UTF-8"))?;
            Ok((name, value.to_owned()))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(mut source: Source) -> Vec<Result<Past, Unreadable>> {
        let mut found = Vec::new();
        while let Some(read) = source.next().expect("memory can be read") {
            found.push(read);
        }
        found
    }

    fn json_lines(text: &'static [u8]) -> Vec<Result<Past, Unreadable>> {
        all(Source::json_lines(Box::new(text)))
    }

    fn csv(text: &'static str, text_column: Option<&str>) -> Vec<Result<Past, Unreadable>> {
        all(Source::csv(Box::new(text.as_bytes()), b',', text_column).expect("a header"))
    }

    #[test]
    fn a_line_says_what_is_wrong_with_it_and_not_what_it_says() {
        for (line, problem) in [
            (&b"secret"[..], "this is not JSON, from column 1 on"),
            (b"\"secret\"", "this is not a JSON object"),
            (
                b"{\"text\":\"\xff\"}",
                "this is not JSON, from column 10 on",
            ),
            (b"{}", "there is no `text`"),
            (b"{\"text\":null}", "there is no `text`"),
            (b"{\"text\":7}", "`text` is not text"),
            (
                b"{\"text\":\"x\",\"author\":{\"id\":1}}",
                "`author` is not text",
            ),
            (
                b"{\"text\":\"x\",\"at\":\"noon\"}",
                "`at` is not a time such as 2026-01-31T09:30:00Z",
            ),
            (
                b"{\"text\":\"x\",\"visibility\":\"secret\"}",
                "`visibility` is not `public` or `private`",
            ),
            (
                b"{\"text\":\"x\",\"addressed\":1}",
                "`addressed` is not `true` or `false`",
            ),
            (
                b"{\"text\":\"x\",\"followers\":-1}",
                "`followers` is not a whole number",
            ),
        ] {
            let problem = problem.to_owned();
            assert_eq!(json_lines(line), [Err(Unreadable { line: 1, problem })]);
        }
    }

    #[test]
    fn an_object_and_a_row_say_the_same() {
        let object = json_lines(
            b"\xef\xbb\xbf\n{\"text\":\"Hi\",\"id\":7,\"author\":\"a\",\"author_name\":\"Ann\",\"at\":\"2026-01-31T09:30:00+01:00\",\
              \"channel\":\"telegram\",\"visibility\":\"public\",\"addressed\":false,\"lang\":\"de-AT\",\"followers\":12,\"likes\":[1]}\r\n\n",
        );
        let row = csv(
            "lang,text,followers,id,author,author_name,at,channel,visibility,addressed,likes\n\
             DE,Hi,12,7,a,Ann,2026-01-31T08:30:00Z,telegram,public,False,1\n",
            None,
        );
        assert_eq!(object, row);
        let past = object[0].as_ref().expect("it can be read");
        let message = past.message(AccountId::new("telegram", "care"), Timestamp::UNIX_EPOCH);
        assert_eq!(message.id.as_str(), "7");
        assert_eq!(message.author.name, "Ann");
        assert_eq!(message.author.followers, Some(12));
        assert_eq!(message.sent_at.to_string(), "2026-01-31T08:30:00Z");
        assert!(message.visibility.is_public() && !message.addressed);
        assert_eq!(message.language, Some(Language::from("de")));
    }

    #[test]
    fn a_line_without_an_id_goes_by_its_number() {
        let ids = |found: Vec<Result<Past, Unreadable>>| -> Vec<String> {
            found
                .into_iter()
                .map(|read| read.expect("it can be read").id)
                .collect()
        };
        assert_eq!(
            ids(json_lines(b"{\"text\":\"a\"}\n\n{\"text\":\"b\"}")),
            ["1", "3"]
        );
        assert_eq!(ids(csv("text\n\"a\nb\"\nc\n", None)), ["2", "4"]);
    }

    #[test]
    fn any_column_can_hold_the_texts() {
        let found = csv("text,Body,id\nno,yes,\nno\n", Some("Body"));
        assert_eq!(found[0].as_ref().map(|past| past.text.as_str()), Ok("yes"));
        let problem = "there is no `text`".to_owned();
        assert_eq!(found[1], Err(Unreadable { line: 3, problem }));
        let missing = Source::csv(Box::new(&b"a,b\n"[..]), b',', None);
        assert!(missing.is_err_and(|error| error.to_string().contains("`text`")));
    }
}
