//! Any bytes as a notebook, as a script, and as one cell: no panic, and every line in its place.

use notebook::{Magics, Options, notebook_script, python_script, read};
use pysource::ipython::neutralise;

/// Whether the bytes are of interest.
pub fn check(bytes: &[u8]) -> bool {
    if let Ok(notebook) = read(bytes) {
        let script = |magics| notebook_script(notebook.clone(), Options { magics, ..Options::default() });
        if let (Ok(kept), Ok(plain)) = (script(Magics::Keep), script(Magics::Neutralise)) {
            let file_lines = bytes.iter().filter(|&&byte| byte == b'\n' || byte == b'\r').count() + 1;
            let mut row = 1;
            for cell in &kept.cells {
                assert_eq!(cell.first_row as usize, row + 1);
                let lines = (cell.last_row + 1 - cell.first_row) as usize;
                assert_eq!(lines, cell.physical_lines.len());
                assert!(cell.physical_lines.is_sorted());
                assert!(cell.physical_lines.iter().all(|&line| line >= 1 && line as usize <= file_lines));
                row += lines + 1;
            }
            assert_eq!(kept.code.matches('\n').count(), row - 1);
            assert_eq!(plain.code.matches('\n').count(), row - 1);
            assert_eq!((kept.id, kept.cells), (plain.id, plain.cells));
        }
    }
    if let Ok(script) = python_script(bytes) {
        let lines = script.code.lines().count();
        assert!(script.cells.iter().all(|cell| cell.last_row as usize <= lines));
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        let cell = text.replace("\r\n", "\n").replace('\r', "\n");
        assert_eq!(neutralise(&cell).0.matches('\n').count(), cell.matches('\n').count());
    }
    true
}
