//! Names of modules and the packages they come from.

/// Modules that come from a package of another name: the module, then the package of PyPI.
const RENAMED: [(&str, &str); 57] = [
    ("Bio", "biopython"),
    ("Crypto", "pycryptodome"),
    ("IPython", "ipython"),
    ("Levenshtein", "python-Levenshtein"),
    ("MySQLdb", "mysqlclient"),
    ("OpenGL", "PyOpenGL"),
    ("OpenSSL", "pyOpenSSL"),
    ("PIL", "Pillow"),
    ("absl", "absl-py"),
    ("attr", "attrs"),
    ("bs4", "beautifulsoup4"),
    ("community", "python-louvain"),
    ("cv2", "opencv-python-headless"),
    ("dateutil", "python-dateutil"),
    ("docx", "python-docx"),
    ("dotenv", "python-dotenv"),
    ("faiss", "faiss-cpu"),
    ("fitz", "PyMuPDF"),
    ("flask_cors", "Flask-Cors"),
    ("git", "GitPython"),
    ("google_auth_oauthlib", "google-auth-oauthlib"),
    ("googleapiclient", "google-api-python-client"),
    ("gym_super_mario_bros", "gym-super-mario-bros"),
    ("igraph", "python-igraph"),
    ("imblearn", "imbalanced-learn"),
    ("jwt", "PyJWT"),
    ("kafka", "kafka-python"),
    ("magic", "python-magic"),
    ("memory_profiler", "memory-profiler"),
    ("mpl_toolkits", "matplotlib"),
    ("osgeo", "GDAL"),
    ("pkg_resources", "setuptools"),
    ("plotly_express", "plotly-express"),
    ("pptx", "python-pptx"),
    ("psycopg2", "psycopg2-binary"),
    ("pulp", "PuLP"),
    ("pylab", "matplotlib"),
    ("pywt", "PyWavelets"),
    ("rest_framework", "djangorestframework"),
    ("ruamel", "ruamel.yaml"),
    ("scikitplot", "scikit-plot"),
    ("sentence_transformers", "sentence-transformers"),
    ("serial", "pyserial"),
    ("skimage", "scikit-image"),
    ("sklearn", "scikit-learn"),
    ("skopt", "scikit-optimize"),
    ("slugify", "python-slugify"),
    ("snappy", "python-snappy"),
    ("speech_recognition", "SpeechRecognition"),
    ("surprise", "scikit-surprise"),
    ("tensorflow_datasets", "tensorflow-datasets"),
    ("tensorflow_hub", "tensorflow-hub"),
    ("umap", "umap-learn"),
    ("usb", "pyusb"),
    ("wx", "wxPython"),
    ("yaml", "PyYAML"),
    ("zmq", "pyzmq"),
];

/// Modules that come with Python: those of 3.8 to 3.14, and those of Python 2, which no package brings back.
const STANDARD: &str = "\
    BaseHTTPServer ConfigParser Cookie HTMLParser Queue SimpleHTTPServer SocketServer StringIO \
    Tkinter __builtin__ __future__ __main__ _thread abc aifc annotationlib antigravity argparse \
    array ast asynchat asyncio asyncore atexit audioop base64 bdb binascii bisect builtins bz2 \
    cPickle cProfile cStringIO calendar cgi cgitb chunk cmath cmd code codecs codeop collections \
    colorsys commands compileall compression concurrent configparser contextlib contextvars \
    cookielib copy copyreg crypt csv ctypes curses dataclasses datetime dbm decimal difflib dis \
    distutils doctest dummy_thread email encodings ensurepip enum errno exceptions faulthandler \
    fcntl filecmp fileinput fnmatch fractions ftplib functools gc genericpath getopt getpass gettext \
    glob graphlib grp gzip hashlib heapq hmac html htmlentitydefs http httplib idlelib imaplib \
    imghdr imp importlib inspect io ipaddress itertools json keyword lib2to3 linecache locale \
    logging lzma mailbox mailcap marshal math md5 mimetypes mmap modulefinder msilib msvcrt \
    multiprocessing netrc new nis nntplib nt ntpath nturl2path numbers opcode operator optparse os \
    ossaudiodev pathlib pdb pickle pickletools pipes pkgutil platform plistlib poplib posix \
    posixpath pprint profile pstats pty pwd py_compile pyclbr pydoc pydoc_data pyexpat queue quopri \
    random re readline reprlib resource rlcompleter robotparser runpy sched secrets select selectors \
    sets sha shelve shlex shutil signal site smtpd smtplib sndhdr socket socketserver spwd sqlite3 \
    sre_compile sre_constants sre_parse ssl stat statistics string stringprep struct subprocess \
    sunau symtable sys sysconfig syslog tabnanny tarfile telnetlib tempfile termios textwrap this \
    thread threading time timeit tkFileDialog tkMessageBox tkinter token tokenize tomllib trace \
    traceback tracemalloc tty turtle turtledemo types typing unicodedata unittest urllib urllib2 \
    urlparse user uu uuid venv warnings wave weakref webbrowser winreg winsound wsgiref xdrlib xml \
    xmlrpc xmlrpclib zipapp zipfile zipimport zlib zoneinfo";

/// The package of PyPI that a module comes from, as far as its name differs from the module's.
pub fn distribution(module: &str) -> &str {
    match RENAMED.binary_search_by_key(&module, |(name, _)| name) {
        Ok(place) => RENAMED[place].1,
        Err(_) => module,
    }
}

/// Whether a module comes with Python.
pub fn is_standard(module: &str) -> bool {
    STANDARD.split_ascii_whitespace().any(|name| name == module)
}

#[cfg(test)]
mod tests {
    use super::{RENAMED, distribution, is_standard};

    #[test]
    fn names_differ() {
        assert!(RENAMED.is_sorted());
        let packages = ["sklearn", "cv2", "PIL", "yaml", "bs4", "numpy"].map(distribution);
        let expected =
            ["scikit-learn", "opencv-python-headless", "Pillow", "PyYAML", "beautifulsoup4", "numpy"];
        assert_eq!(packages, expected);
    }

    #[test]
    fn what_comes_with_python() {
        assert!(["os", "urllib2", "abc", "_thread", "zoneinfo"].iter().all(|name| is_standard(name)));
        assert!(["numpy", "o", ""].iter().all(|name| !is_standard(name)));
    }
}
