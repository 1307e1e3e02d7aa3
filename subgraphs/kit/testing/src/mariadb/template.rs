//! An initialised data directory to copy from: initialising takes seconds, copying takes a moment.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::Programs;
use super::server::ENGINE_OPTIONS;

/// The template of the installed version, made when it is not there yet.
///
/// It stands in the `tmp` folder of cargo's target directory, where `cargo clean` removes it.
pub(super) fn prepared(programs: &Programs) -> PathBuf {
    let folder = cargo_temporary_folder();
    let template = folder.join(format!("mariadb-{}", version(&programs.server)));
    if template.is_dir() {
        return template;
    }
    std::fs::create_dir_all(&folder).expect("cargo's target directory can be written");
    let making = tempfile::tempdir_in(&folder).expect("cargo's target directory can be written");
    initialise(programs, making.path());
    // Another test process may have been faster; then its template serves, and this one goes with its folder.
    let data = making.path().join("data");
    if let Err(error) = std::fs::rename(data, &template) {
        assert!(template.is_dir(), "the MariaDB template cannot be put into place: {error}");
    }
    template
}

fn initialise(programs: &Programs, folder: &Path) {
    let output = Command::new(&programs.installer)
        .args(["--no-defaults", "--auth-root-authentication-method=normal", "--skip-test-db", "--skip-name-resolve"])
        .args(ENGINE_OPTIONS)
        .arg(format!("--datadir={}", folder.join("data").display()))
        .args(super::server::user_option())
        .output()
        .expect("mariadb-install-db runs");
    assert!(
        output.status.success(),
        "mariadb-install-db failed:\n{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

/// Digits and dots of what `mariadbd --version` prints: another version needs another template.
fn version(server: &Path) -> String {
    let output =
        Command::new(server).args(["--no-defaults", "--version"]).output().expect("mariadbd tells its version");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let number = text.split_whitespace().find(|word| word.starts_with(|first: char| first.is_ascii_digit()));
    number.unwrap_or("unknown").chars().take_while(|letter| letter.is_ascii_digit() || *letter == '.').collect()
}

/// `<target>/tmp`, found from where the test program lies: `<target>/<profile>/deps/<program>`.
fn cargo_temporary_folder() -> PathBuf {
    let program = std::env::current_exe().expect("a process knows its program");
    let deps = program.ancestors().find(|folder| folder.ends_with("deps"));
    let target = deps.and_then(Path::parent).and_then(Path::parent);
    target.map_or_else(std::env::temp_dir, |target| target.join("tmp"))
}
