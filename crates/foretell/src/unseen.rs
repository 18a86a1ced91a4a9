//! What magics, commands and calls do that no name in the code shows: bind names, write files, go to another folder.
//!
//! The lists are of what is known to be harmless. Whatever is not on them may do anything, and then nothing is foretold.

use std::sync::LazyLock;

use pysource::ipython::{Escape, has_python_body};
use regex::Regex;

use crate::code::Code;

/// What may have happened behind something.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Unseen {
    /// Names that it binds.
    pub(crate) names: Vec<String>,
    /// Whether it may bind any other name.
    pub(crate) any_name: bool,
    /// A file that it writes.
    pub(crate) file: Option<String>,
    /// Whether it may write any other file, or change the folder.
    pub(crate) any_file: bool,
}

/// Line magics that bind nothing and write no file.
const QUIET: &str = " alias alias_magic autoawait autocall automagic autoreload bookmark clear cls colors conda config \
    connect_info debug dhist dirs doctest_mode env gui hist history killbgscripts ldir less lf lk ll ls lsmagic lx magic \
    mamba man matplotlib micromamba more page pastebin pdb pdef pdoc pfile pinfo pinfo2 pip pprint precision psearch \
    psource pwd pycat qtconsole quickref rehashx reset reset_selective set_env tb tensorboard tensorflow_version unalias \
    unload_ext uv version_information watermark who who_ls whos xdel xmode ";

/// Line magics that bind nothing, but write files or go to another folder.
const WRITING: &str =
    " cd cp logoff logon logstart logstate logstop mkdir mv notebook popd pushd rm rmdir save sx system ! ";

/// Line magics whose statement stands in the plain text, where it is read.
const STATEMENTS: &str = " capture lprun memit mprun prun time timeit ";

/// Cell magics that hand their body to another program: no name of ours, but perhaps files, and names for what is written.
const PROGRAMS: &str =
    " ! bash cmd node perl powershell pypy python python2 python3 ruby script sh sx system ";

/// Cell magics that show their body.
const SHOWN: &str = " html HTML javascript js latex markdown SVG svg ";

/// Extensions that bind no name when they are loaded.
const EXTENSIONS: &str = " autoreload autotime black blackcellmagic Cython cython dotenv google.cloud.bigquery \
    google.colab.data_table heat ipytest itikz jupyter_black lab_black line_profiler manim memory_profiler nb_black nb_mypy \
    pycodestyle_magic pyinstrument rpy2.ipython scalene snakeviz sql tensorboard tensorboard.notebook tikzmagic \
    version_information watermark ";

/// Commands of a shell that write no file beside the notebook.
const COMMANDS: &str = " apt apt-get cat conda date df du echo env export file free grep head hostname kill ls lscpu mamba man \
    md5sum nvidia-smi pip pip3 printenv ps pwd set sha256sum sleep stat sudo tail test top tree true type uname uv wc which \
    whoami ";

/// Functions that put names where nobody sees them; the last two are SymPy's.
const BINDING_CALLS: &str = " exec globals locals vars var init_session ";

/// Methods of IPython's shell that run code or bind names.
const SHELL_CALLS: &str = " enable_pylab ex load_extension push run_ast_nodes run_cell run_cell_async run_code runcode runsource \
    safe_execfile safe_execfile_ipy safe_run_module ";

fn is_in(list: &str, word: &str) -> bool {
    !word.is_empty() && !word.contains(' ') && list.contains(&format!(" {word} "))
}

impl Unseen {
    fn anything() -> Self {
        Self { any_name: true, any_file: true, ..Self::default() }
    }

    /// What a piece of IPython syntax does beside the Python in its place.
    pub(crate) fn of_escape(code: &Code, escape: &Escape) -> Self {
        let text = command_at(&code.lines, escape.line);
        let behind = |sign: &str| text.split_once(sign).map_or("", |(_, rest)| rest);
        match escape.kind {
            "line_magic" => Self::of_line_magic(&escape.name, behind(&format!("%{}", escape.name)), true),
            "cell_magic" => Self::of_cell_magic(&escape.name, behind(&escape.name), true),
            "shell" => Self { any_file: may_write(behind("!")), ..Self::default() },
            _ => Self::default(),
        }
    }

    /// `%name rest`; `is_read`: whether a statement in it stands in the plain text too.
    fn of_line_magic(name: &str, rest: &str, is_read: bool) -> Self {
        if is_in(QUIET, name) || (is_read && is_in(STATEMENTS, name)) {
            return Self::default();
        }
        let harmless = matches!(name, "load_ext" | "reload_ext") && is_in(EXTENSIONS, rest.trim());
        if harmless || is_in(WRITING, name) {
            return Self { any_file: !harmless, ..Self::default() };
        }
        Self::anything()
    }

    /// `%%name rest` over a body; `is_read`: whether a body of Python stands in the plain text too.
    fn of_cell_magic(name: &str, rest: &str, is_read: bool) -> Self {
        let names = |words: Vec<&str>| words.into_iter().map(str::to_owned).collect();
        let words: Vec<&str> = rest.split_whitespace().collect();
        match name {
            "capture" if is_read => Self {
                names: names(words.into_iter().filter(|word| !word.starts_with('-')).collect()),
                ..Self::default()
            },
            _ if is_read && has_python_body(name) => Self::default(),
            "writefile" | "file" => {
                let path = rest.trim().trim_start_matches("-a ").trim_start_matches("--append ").trim();
                let made_up = path.contains(['{', '$']);
                Self {
                    file: Some(path.trim_matches(['"', '\'']).to_owned()),
                    any_file: made_up,
                    ..Self::default()
                }
            }
            _ if is_in(SHOWN, name) => Self::default(),
            _ if is_in(PROGRAMS, name) => {
                Self { names: names(written_names(&words)), any_file: true, ..Self::default() }
            }
            _ => Self::anything(),
        }
    }

    /// What a call does; `shell`: whether the notebook speaks to IPython's shell.
    pub(crate) fn of_call(callee: &str, first: Option<&str>, second: Option<&str>, shell: bool) -> Self {
        let last = callee.rsplit('.').next().unwrap_or_default();
        let second = second.unwrap_or_default();
        match (last, first) {
            _ if is_in(BINDING_CALLS, last) => Self { any_name: true, ..Self::default() },
            ("run_line_magic", Some(name)) => Self::of_line_magic(name, second, false),
            ("run_cell_magic", Some(name)) => Self::of_cell_magic(name, second, false),
            ("magic", Some(line)) if shell => {
                let line = line.trim_start().trim_start_matches('%');
                let (name, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
                Self::of_line_magic(name, rest, false)
            }
            ("run_line_magic" | "run_cell_magic", None) => Self::anything(),
            ("magic", None) if shell => Self::anything(),
            _ if shell && is_in(SHELL_CALLS, last) => Self::anything(),
            _ => Self::default(),
        }
    }
}

/// Whether a text reaches for the notebook's names by another way than naming them: through IPython's shell, the module
/// `__main__`, the built-in names, or a page's script.
pub(crate) fn reaches_for_names(source: &str) -> bool {
    static WAYS: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r#"\buser_(?:global_)?ns\b|\bkernel\.execute\b|\bimport\s+(?:__main__|builtins|__builtin__)\b|\bmodules\[\s*(?:['"]__main__|__name__)|__builtins__"#,
        )
        .expect("a good pattern")
    });
    WAYS.is_match(source)
}

/// Whether a text speaks to IPython's shell.
pub(crate) fn has_shell(source: &str) -> bool {
    source.contains("get_ipython") || source.contains("InteractiveShell")
}

/// Names behind `--out`, `--err` and `--proc`, which may be cut short.
fn written_names<'a>(words: &[&'a str]) -> Vec<&'a str> {
    let is_option = |word: &str| {
        word.len() > 2 && ["--out", "--err", "--proc"].iter().any(|option| option.starts_with(word))
    };
    let mut names = Vec::new();
    for (at, word) in words.iter().enumerate() {
        match word.split_once('=') {
            Some((option, name)) if is_option(option) => names.push(name),
            None if is_option(word) => names.extend(words.get(at + 1)),
            _ => {}
        }
    }
    names
}

/// The line of a command, with those that it goes on in.
fn command_at(lines: &[&str], line: u32) -> String {
    let mut text = String::new();
    for part in lines.iter().skip((line as usize).saturating_sub(1)) {
        let part = part.trim_end();
        text.push_str(part.trim_end_matches('\\'));
        if !part.ends_with('\\') {
            break;
        }
        text.push(' ');
    }
    text
}

/// Whether a command of a shell may write a file beside the notebook, or bring one.
fn may_write(command: &str) -> bool {
    let installs = |part: &str| {
        part.contains("pip install") || part.contains("pip3 install") || part.contains("conda install")
    };
    command.contains(['>', '`'])
        || command.contains("$(")
        || command.contains("git+") && command.contains("--src")
        || command.split(['|', ';', '&']).filter(|part| !part.trim().is_empty()).any(|part| {
            let word = part.split_whitespace().next().unwrap_or_default();
            let word = word.trim_start_matches('!');
            !installs(part) && (!is_in(COMMANDS, word) || part.contains("download"))
        })
}

#[cfg(test)]
mod tests {
    use super::{Unseen, may_write, written_names};

    #[test]
    fn commands_that_write_and_that_do_not() {
        for quiet in [
            "ls -la",
            "pip install x",
            "{sys.executable} -m pip install x",
            "cat a | head -3",
            "nvidia-smi",
            "sudo apt-get install x && ls",
        ] {
            assert!(!may_write(quiet), "{quiet}");
        }
        for writes in [
            "wget x",
            "echo a > b",
            "cat a | tee b",
            "touch a",
            "ls && ./make.sh",
            "python make.py",
            "pip download x",
            "cd x; unzip y",
        ] {
            assert!(may_write(writes), "{writes}");
        }
    }

    #[test]
    fn names_of_what_a_program_writes() {
        assert_eq!(written_names(&["--out", "a", "--err=b", "-x", "--pro", "c"]), ["a", "b", "c"]);
    }

    #[test]
    fn magics_on_no_list_may_do_anything() {
        let any_name = |name: &str, rest: &str| Unseen::of_line_magic(name, rest, true).any_name;
        for quiet in [
            ("matplotlib", "inline"),
            ("load_ext", "autoreload"),
            ("time", "x = 1"),
            ("cd", "x"),
            ("env", "A=b"),
        ] {
            assert!(!any_name(quiet.0, quiet.1), "{quiet:?}");
        }
        for loud in [
            ("store", "-r x"),
            ("load_ext", "kedro.ipython"),
            ("aimport", "x"),
            ("macro", "m 1"),
            ("sc", "x=ls"),
            ("wandb", ""),
        ] {
            assert!(any_name(loud.0, loud.1), "{loud:?}");
        }
        assert!(Unseen::of_call("get_ipython().run_line_magic", Some("time"), Some("x = 1"), true).any_name);
        assert!(Unseen::of_call("ip.run_cell_magic", Some("time"), None, true).any_name);
        assert!(
            !Unseen::of_call("get_ipython().run_line_magic", Some("matplotlib"), Some("inline"), true)
                .any_name
        );
        assert!(!Unseen::of_call("stack.push", None, None, false).any_name);
        assert_eq!(Unseen::of_call("ip.run_cell_magic", Some("bash"), Some("--out a"), true).names, ["a"]);
    }
}
