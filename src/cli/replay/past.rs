//! Past messages out of a file: JSON lines or CSV. A line that cannot be read is told and left out, never what it says.

use std::io::{self, BufRead, BufReader, Read};

use anyhow::Context;
use csv::{ByteRecord, ReaderBuilder};
use jiff::Timestamp;

use crate::cli::replay::fields::{Field, Fields, TEXT};
use crate::model::id::{AccountId, AuthorId, Language, MessageId};
use crate::model::message::Inbound;
use crate::model::network::Visibility;

/// What some programs put at the beginning of a file: <https://www.unicode.org/faq/utf_bom.html>.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// How much of a file is read at once.
const BUFFER_BYTES: usize = 256 * 1024;

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

impl Past {
    fn of(line: u64, mut fields: Fields) -> Result<Self, String> {
        Ok(Self {
            text: fields.take(Field::Text).ok_or("there is no `text`")?,
            at: read(
                &mut fields,
                Field::At,
                "a time such as 2026-01-31T09:30:00Z",
                |at| at.parse().ok(),
            )?,
            visibility: read(
                &mut fields,
                Field::Visibility,
                "`public` or `private`",
                |word| match word {
                    "public" => Some(Visibility::Public),
                    "private" => Some(Visibility::Private),
                    _ => None,
                },
            )?
            .unwrap_or(Visibility::Private),
            addressed: read(&mut fields, Field::Addressed, "`true` or `false`", |word| {
                word.to_ascii_lowercase().parse().ok()
            })?
            .unwrap_or(true),
            followers: read(&mut fields, Field::Followers, "a whole number", |count| {
                count.parse().ok()
            })?,
            language: fields.take(Field::Lang).and_then(|tag| language(&tag)),
            id: fields.take(Field::Id).unwrap_or_else(|| line.to_string()),
            channel: fields.take(Field::Channel),
            author: fields.take(Field::Author),
            author_name: fields.take(Field::AuthorName),
        })
    }

    /// As a message to `account`; written at `now` where nobody knows when.
    pub(super) fn into_message(self, account: AccountId, now: Timestamp) -> Inbound {
        let at = self.at.unwrap_or(now);
        let mut message = Inbound::imagined(account, self.text, self.visibility, at);
        message.id = MessageId::new(self.id);
        if let Some(author) = self.author {
            message.author.id = AuthorId::new(author);
        }
        message.author.name = self.author_name.unwrap_or_default();
        message.author.followers = self.followers;
        message.addressed = self.addressed;
        message.language = self.language;
        message
    }
}

fn read<T>(
    fields: &mut Fields,
    field: Field,
    expected: &str,
    parse: impl Fn(&str) -> Option<T>,
) -> Result<Option<T>, String> {
    fields
        .take(field)
        .map(|value| parse(&value).ok_or_else(|| format!("`{}` is not {expected}", field.name())))
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
        /// The last of them.
        bytes: Vec<u8>,
    },
    /// A table whose first row names the columns.
    Csv {
        /// The file.
        input: Box<csv::Reader<Box<dyn Read>>>,
        /// Where each field stands.
        columns: Vec<(Field, usize)>,
    },
}

impl Source {
    /// One JSON object per line.
    pub(super) fn json_lines(input: Box<dyn Read>) -> Self {
        Self::JsonLines {
            input: BufReader::with_capacity(BUFFER_BYTES, input),
            line: 0,
            bytes: Vec::new(),
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
        let mut columns: Vec<(Field, usize)> = Field::NAMED
            .iter()
            .filter_map(|(name, field)| Some((*field, place(name)?)))
            .collect();
        let texts = text_column.unwrap_or(TEXT);
        let texts = place(texts)
            .with_context(|| format!("there is no column `{texts}`; name one by --text-column"))?;
        columns.retain(|(field, _)| *field != Field::Text);
        columns.push((Field::Text, texts));
        Ok(Self::Csv {
            input: Box::new(input),
            columns,
        })
    }

    /// The next message, or what is wrong with its line; `None` at the end.
    pub(super) fn next(&mut self) -> io::Result<Option<Result<Past, Unreadable>>> {
        let read = match self {
            Self::JsonLines { input, line, bytes } => next_object(input, line, bytes)?,
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

fn next_object(input: &mut impl BufRead, line: &mut u64, bytes: &mut Vec<u8>) -> NextFields {
    loop {
        bytes.clear();
        if input.read_until(b'\n', bytes)? == 0 {
            return Ok(None);
        }
        *line += 1;
        let object = bytes
            .strip_prefix(BYTE_ORDER_MARK)
            .unwrap_or(bytes)
            .trim_ascii();
        if !object.is_empty() {
            return Ok(Some((*line, Fields::of_object(object))));
        }
    }
}

fn next_row(input: &mut csv::Reader<Box<dyn Read>>, columns: &[(Field, usize)]) -> NextFields {
    let mut row = ByteRecord::new();
    if !input.read_byte_record(&mut row)? {
        return Ok(None);
    }
    let line = row.position().map_or(0, csv::Position::line);
    Ok(Some((line, fields_of_row(&row, columns))))
}

fn fields_of_row(row: &ByteRecord, columns: &[(Field, usize)]) -> Result<Fields, String> {
    let mut fields = Fields::default();
    for (field, place) in columns {
        if let Some(cell) = row.get(*place) {
            let value =
                str::from_utf8(cell).map_err(|_| format!("`{}` is not UTF-8", field.name()))?;
            fields.set(*field, Some(value.to_owned()));
        }
    }
    Ok(fields)
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
        let past = object
            .into_iter()
            .next()
            .expect("one")
            .expect("it can be read");
        let message = past.into_message(AccountId::new("telegram", "care"), Timestamp::UNIX_EPOCH);
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
