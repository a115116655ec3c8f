//! The rule language: what a topic's `when` says.

/// A parsed query.
#[derive(Debug, Clone, PartialEq)]
pub struct Query {}

/// What is wrong with a query, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueryError {
    /// Byte offset in the query's text.
    pub at: usize,
    /// What was expected.
    pub message: String,
}

/// Parses a query.
pub fn parse(text: &str) -> Result<Query, QueryError> {
    let _ = text;
    Ok(Query {})
}
