//! x
use serde::Serialize;
use crate::library::diagnostic::Diagnostic;
use crate::library::test_table::PackTest;
/// x
pub struct Output { json: bool }
impl Output {
    /// x
    pub fn stdout(json: bool) -> Self { Self { json } }
    /// x
    pub fn stderr() -> Self { Self { json: false } }
    /// x
    pub fn stderr_errors() -> Self { Self { json: false } }
    /// x
    pub fn problems(&mut self, problems: &[Diagnostic]) -> std::io::Result<()> { for p in problems { eprintln!("{p}"); } Ok(()) }
    /// x
    pub fn text(&mut self, text: &str) -> std::io::Result<()> { print!("{text}"); Ok(()) }
    /// x
    pub fn json<T: Serialize>(&mut self, value: &T) -> anyhow::Result<()> { println!("{}", serde_json::to_string(value)?); Ok(()) }
    /// x
    pub fn failed_test(&mut self, test: &PackTest, failure: &str) -> std::io::Result<()> { eprintln!("{}:{}: {failure}", test.path, test.line); Ok(()) }
    /// x
    pub fn test_summary(&mut self, passed: usize, failed: usize) -> std::io::Result<()> { println!("{passed} passed, {failed} failed"); Ok(()) }
}
/// x
pub fn failure(error: &anyhow::Error) { eprintln!("error: {error:#}"); }
