//! Modules that notebooks import: the 24 ML libraries of the study, names that stand for modules by custom, and what
//! lines of code import.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;

/// The libraries, most imported first.
pub const LIBRARIES: [&str; 24] = [
    "pandas",
    "numpy",
    "matplotlib",
    "sklearn",
    "seaborn",
    "tensorflow",
    "torch",
    "xgboost",
    "scipy",
    "plotly",
    "cv2",
    "keras",
    "lightgbm",
    "torchvision",
    "nltk",
    "transformers",
    "catboost",
    "statsmodels",
    "imblearn",
    "wordcloud",
    "missingno",
    "optuna",
    "skimage",
    "datasets",
];

/// Names by which notebooks import modules by custom: `np` for `numpy`.
pub const ALIASES: [(&str, &str); 38] = [
    ("np", "numpy"),
    ("pd", "pandas"),
    ("plt", "matplotlib.pyplot"),
    ("mpl", "matplotlib"),
    ("sns", "seaborn"),
    ("tf", "tensorflow"),
    ("torch", "torch"),
    ("nn", "torch.nn"),
    ("F", "torch.nn.functional"),
    ("optim", "torch.optim"),
    ("torchvision", "torchvision"),
    ("transforms", "torchvision.transforms"),
    ("keras", "tensorflow.keras"),
    ("layers", "tensorflow.keras.layers"),
    ("sk", "sklearn"),
    ("sklearn", "sklearn"),
    ("sp", "scipy"),
    ("scipy", "scipy"),
    ("stats", "scipy.stats"),
    ("sm", "statsmodels.api"),
    ("smf", "statsmodels.formula.api"),
    ("xgb", "xgboost"),
    ("lgb", "lightgbm"),
    ("px", "plotly.express"),
    ("go", "plotly.graph_objects"),
    ("cv2", "cv2"),
    ("nltk", "nltk"),
    ("nx", "networkx"),
    ("os", "os"),
    ("re", "re"),
    ("sys", "sys"),
    ("math", "math"),
    ("json", "json"),
    ("time", "time"),
    ("random", "random"),
    ("datetime", "datetime"),
    ("itertools", "itertools"),
    ("glob", "glob"),
];

/// The module that a name stands for by custom, or because it is the name of one of the libraries.
pub fn module_of_alias(name: &str) -> Option<&'static str> {
    const MORE: [&str; 16] = [
        "collections",
        "copy",
        "csv",
        "functools",
        "gc",
        "io",
        "logging",
        "operator",
        "pathlib",
        "pickle",
        "shutil",
        "string",
        "subprocess",
        "urllib",
        "warnings",
        "requests",
    ];
    let alias = ALIASES.iter().find(|(alias, _)| *alias == name).map(|(_, module)| *module);
    let library = || LIBRARIES.into_iter().chain(MORE).find(|library| *library == name);
    alias.or_else(library).or_else(|| class_of_library(name))
}

/// The module of a class or function that is known by its name alone: who writes it forgot to import it.
fn class_of_library(name: &str) -> Option<&'static str> {
    const KNOWN: [(&str, &[&str]); 14] = [
        (
            "sklearn",
            &[
                "train_test_split",
                "StandardScaler",
                "MinMaxScaler",
                "LabelEncoder",
                "OneHotEncoder",
                "LogisticRegression",
                "LinearRegression",
                "RandomForestClassifier",
                "RandomForestRegressor",
                "DecisionTreeClassifier",
                "KNeighborsClassifier",
                "GridSearchCV",
                "accuracy_score",
                "confusion_matrix",
                "classification_report",
                "mean_squared_error",
                "cross_val_score",
                "KMeans",
                "PCA",
                "SVC",
                "CountVectorizer",
                "TfidfVectorizer",
                "GaussianNB",
                "roc_auc_score",
                "f1_score",
            ],
        ),
        (
            "tensorflow.keras",
            &[
                "Sequential",
                "Dense",
                "Dropout",
                "Flatten",
                "Conv2D",
                "MaxPooling2D",
                "LSTM",
                "Embedding",
                "Activation",
                "BatchNormalization",
                "Adam",
                "ImageDataGenerator",
                "to_categorical",
                "EarlyStopping",
                "ModelCheckpoint",
                "load_model",
                "Tokenizer",
                "pad_sequences",
            ],
        ),
        ("torch.utils.data", &["DataLoader"]),
        ("collections", &["defaultdict", "Counter", "OrderedDict", "namedtuple", "deque"]),
        ("tqdm", &["tqdm", "tqdm_notebook", "trange"]),
        ("pandas", &["DataFrame", "Series", "read_csv"]),
        ("copy", &["deepcopy"]),
        ("functools", &["reduce", "partial", "lru_cache"]),
        ("pprint", &["pprint"]),
        ("bs4", &["BeautifulSoup"]),
        ("PIL", &["Image"]),
        ("pathlib", &["Path"]),
        ("datetime", &["timedelta"]),
        ("urllib.request", &["urlopen", "urlretrieve"]),
    ];
    KNOWN.iter().find(|(_, names)| names.contains(&name)).map(|(module, _)| *module)
}

/// The roots that the lines of a source import, found as the study finds them: line by line, so also in code
/// that does not parse; what stands behind `#` or `;` is not looked at. With the name each is bound to.
pub fn imported_by_lines(source: &str) -> BTreeSet<(String, String)> {
    static FROM: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"^\s*from\s+(\S+)\s+import\s+(.+)$").expect("a good pattern"));
    static IMPORT: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"^\s*import\s+(.+)$").expect("a good pattern"));
    let root = |module: &str| module.split('.').next().unwrap_or_default().to_owned();
    let renamed = |item: &str| {
        let mut words = item.split_whitespace();
        let module = words.next().unwrap_or_default().to_owned();
        let alias = words.skip_while(|word| *word != "as").nth(1).unwrap_or(&module).to_owned();
        (module, alias)
    };
    let mut found = BTreeSet::new();
    if !source.contains("import") {
        return found;
    }
    for line in source.lines() {
        let line = line.split(['#', ';']).next().unwrap_or_default();
        if let Some(parts) = FROM.captures(line) {
            for item in parts[2].trim_matches(['(', ')']).split(',') {
                found.insert((root(&parts[1]), renamed(item).1));
            }
        } else if let Some(parts) = IMPORT.captures(line) {
            for item in parts[1].split(',') {
                let (module, alias) = renamed(item);
                found.insert((root(&module), alias));
            }
        }
    }
    found.retain(|(root, _)| !root.is_empty());
    found
}

#[cfg(test)]
mod tests {
    use super::{imported_by_lines, module_of_alias};

    #[test]
    fn imports_of_lines() {
        let source = "import numpy as np, os.path  # import x\nfrom sklearn.svm import SVC as S, NuSVC\n\
                      print 'python 2'\n  import torch; import y\nfrom . import z\nfrom a import (b)";
        let found: Vec<String> =
            imported_by_lines(source).into_iter().map(|(root, alias)| format!("{root} {alias}")).collect();
        assert_eq!(found, ["a b", "numpy np", "os os.path", "sklearn NuSVC", "sklearn S", "torch torch"]);
    }

    #[test]
    fn names_stand_for_modules() {
        assert_eq!(module_of_alias("np"), Some("numpy"));
        assert_eq!(module_of_alias("train_test_split"), Some("sklearn"));
        assert_eq!(module_of_alias("catboost"), Some("catboost"));
        assert_eq!(module_of_alias("my_frame"), None);
    }
}
