//! `hark init`: a folder to start from, with a config and the packs as files. Never touches a file that is there.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::{Args, ValueEnum};

use crate::cli::Ended;
use crate::cli::output::Output;
use crate::library::{PackSource, shipped};

/// The arguments.
#[derive(Debug, Args)]
pub struct Init {
    /// What to start from
    starter: Starter,
    /// The folder; made where it does not exist
    #[arg(value_name = "DIR")]
    directory: PathBuf,
}

/// What a new folder starts from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Starter {
    /// An airline
    Airline,
    /// A maker of things, with shops or a web shop
    Brand,
}

/// A file to write: its path inside the folder, and its text.
type NewFile = (PathBuf, String);

impl Init {
    /// Writes the folder and says how to go on.
    pub fn run(&self) -> anyhow::Result<Ended> {
        let files = files_of(self.starter, shipped::packs())?;
        write(&self.directory, &files)?;
        let shown = self.directory.display();
        Output::stdout(false).text(&format!(
            "{} files in {shown}. Go on with:\n  cd {shown}\n  hark --config hark.toml check\n  hark --config hark.toml\n",
            files.len()
        ))?;
        Ok(Ended::Fine)
    }
}

fn files_of(starter: Starter, shipped: Vec<PackSource>) -> anyhow::Result<Vec<NewFile>> {
    let (wanted, config) = match starter {
        Starter::Airline => (&["core", "airline"][..], include_str!("init/airline.toml")),
        Starter::Brand => (&["core", "brand"][..], include_str!("init/brand.toml")),
    };
    if let Some(missing) = wanted
        .iter()
        .find(|name| !shipped.iter().any(|pack| pack.name.as_str() == **name))
    {
        bail!("this hark was built without the pack `{missing}`");
    }
    let packs = shipped
        .into_iter()
        .filter(|pack| wanted.contains(&pack.name.as_str()));
    let mut files = vec![(PathBuf::from("hark.toml"), config.to_owned())];
    for pack in packs {
        let folder = Path::new("responses").join(pack.name.as_str());
        files.extend(
            pack.files
                .into_iter()
                .map(|file| (folder.join(file.name), file.text.into_owned())),
        );
    }
    Ok(files)
}

/// Writes all files or, where one of them is there already, none.
fn write(directory: &Path, files: &[NewFile]) -> anyhow::Result<()> {
    if let Some((there, _)) = files.iter().find(|(path, _)| directory.join(path).exists()) {
        bail!(
            "{} is there already: choose another folder",
            directory.join(there).display()
        );
    }
    for (path, text) in files {
        let path = directory.join(path);
        let folder = path.parent().unwrap_or(directory);
        fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
        OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&path)
            .and_then(|mut file| file.write_all(text.as_bytes()))
            .with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::model::id::PackName;

    fn packs() -> Vec<PackSource> {
        ["airline", "brand", "core", "shop"]
            .map(|name| {
                let files = [("pack.toml".to_owned(), format!("# {name}"))];
                shipped::from_files(name, name, files)
            })
            .to_vec()
    }

    #[test]
    fn each_starter_loads_with_the_packs_that_it_wrote() {
        let cases = [
            (Starter::Airline, ["airline", "core"]),
            (Starter::Brand, ["brand", "core"]),
        ];
        for (starter, expected) in cases {
            let files = files_of(starter, packs()).expect("the packs are there");
            let (config, problems) = Config::read("hark.toml", &files[0].1, |_| None);
            assert_eq!(problems, [], "{starter:?}");
            let written: Vec<PackName> = files[1..]
                .iter()
                .filter_map(|(path, _)| path.components().nth(1))
                .map(|name| PackName::new(name.as_os_str().to_string_lossy()))
                .collect();
            assert_eq!(written, expected.map(PackName::from), "{starter:?}");
            let config = config.expect("no error");
            assert_eq!(config.check_packs(&written), [], "{starter:?}");
        }
    }

    #[test]
    fn what_is_there_stays_and_nothing_is_left_half_done() {
        let folder = tempfile::tempdir().expect("a folder");
        let pack = folder.path().join("responses/core/pack.toml");
        fs::create_dir_all(pack.parent().expect("a parent")).expect("made");
        fs::write(&pack, "mine").expect("written");
        let files = files_of(Starter::Airline, packs()).expect("the packs are there");
        let error = write(folder.path(), &files).expect_err("a file is there");
        assert!(
            error.to_string().contains("pack.toml is there already"),
            "{error}"
        );
        assert_eq!(fs::read_to_string(&pack).expect("readable"), "mine");
        assert!(!folder.path().join("hark.toml").exists());
        write(&folder.path().join("new/one"), &files).expect("an empty place");
        assert!(
            folder
                .path()
                .join("new/one/responses/airline/pack.toml")
                .exists()
        );
    }
}
