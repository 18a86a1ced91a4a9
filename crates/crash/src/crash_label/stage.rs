//! The stage of the pipeline that a cell belongs to: a vote of what it calls, the failing line counting thrice.

use pysource::Act;

use super::Case;

/// The stages, and the functions that speak for each.
const STAGES: [(&str, &[&str]); 6] = [
    (
        "MTRAIN",
        &[
            "fit",
            "train",
            "backward",
            "step",
            "zero_grad",
            "GridSearchCV",
            "RandomizedSearchCV",
            "fit_generator",
            "partial_fit",
            "optimize",
            "minimize",
            "fit_resample",
            "train_on_batch",
            "fit_one_cycle",
            "cross_validate",
            "trainer",
            "tune",
        ],
    ),
    (
        "EVAL",
        &[
            "predict",
            "predict_proba",
            "evaluate",
            "score",
            "accuracy_score",
            "confusion_matrix",
            "classification_report",
            "mean_squared_error",
            "mean_absolute_error",
            "r2_score",
            "roc_auc_score",
            "roc_curve",
            "auc",
            "f1_score",
            "precision_score",
            "recall_score",
            "cross_val_score",
            "eval",
            "log_loss",
            "inverse_transform",
            "generate",
        ],
    ),
    (
        "MCONS",
        &[
            "Sequential",
            "Model",
            "Module",
            "compile",
            "summary",
            "add",
            "Dense",
            "Conv2D",
            "Linear",
            "LSTM",
            "Embedding",
            "Dropout",
            "Flatten",
            "Input",
            "from_pretrained",
            "load_model",
            "load_state_dict",
            "RandomForestClassifier",
            "LogisticRegression",
            "LinearRegression",
            "KMeans",
            "SVC",
            "XGBClassifier",
            "Pipeline",
            "make_pipeline",
            "DecisionTreeClassifier",
            "KNeighborsClassifier",
            "PCA",
            "Adam",
            "SGD",
            "CrossEntropyLoss",
            "to",
        ],
    ),
    (
        "DATAV",
        &[
            "plot",
            "imshow",
            "show",
            "hist",
            "scatter",
            "bar",
            "barplot",
            "heatmap",
            "subplots",
            "figure",
            "boxplot",
            "countplot",
            "pairplot",
            "distplot",
            "lineplot",
            "legend",
            "title",
            "xlabel",
            "ylabel",
            "head",
            "describe",
            "info",
            "value_counts",
            "display",
            "violinplot",
            "pie",
            "savefig",
            "tail",
            "histplot",
            "corr",
        ],
    ),
    (
        "DATAP",
        &[
            "read_csv",
            "read_excel",
            "read_json",
            "read_sql",
            "read_table",
            "read_parquet",
            "merge",
            "concat",
            "join",
            "fillna",
            "dropna",
            "drop",
            "split",
            "train_test_split",
            "apply",
            "map",
            "groupby",
            "astype",
            "replace",
            "rename",
            "transform",
            "fit_transform",
            "to_datetime",
            "get_dummies",
            "reshape",
            "array",
            "load",
            "open",
            "append",
            "reset_index",
            "set_index",
            "sort_values",
            "isnull",
            "DataFrame",
            "Series",
            "imread",
            "listdir",
            "glob",
            "loads",
            "to_csv",
            "tokenize",
            "pad_sequences",
            "to_categorical",
            "flow_from_directory",
            "ImageDataGenerator",
            "DataLoader",
            "resize",
            "load_dataset",
            "drop_duplicates",
            "zeros",
            "unique",
            "loc",
        ],
    ),
    (
        "ENVS",
        &[
            "chdir",
            "mount",
            "system",
            "install",
            "download",
            "getcwd",
            "device",
            "is_available",
            "set_device",
            "seed",
        ],
    ),
];

pub fn of(case: &Case) -> &'static str {
    let Some(here) = case.here else { return "NONE" };
    let code = &case.code[here];
    let line = case.crash.line;
    let mut votes = [0_u32; STAGES.len()];
    let mut vote = |stage: &str, weight: u32| {
        if let Some(at) = STAGES.iter().position(|(name, _)| *name == stage) {
            votes[at] += weight;
        }
    };
    let is_import_error = matches!(case.crash.exception.as_str(), "ModuleNotFoundError" | "ImportError");
    if is_import_error {
        return "ENVS";
    }
    for event in &code.events {
        let weight = if line > 0 && (event.line..=event.last_line).contains(&line) { 3 } else { 1 };
        match &event.act {
            Act::Call(..) => {
                let last = event.name.rsplit('.').next().unwrap_or_default();
                let named = STAGES.iter().find(|(_, names)| names.contains(&last));
                if let Some((stage, _)) = named {
                    vote(stage, weight);
                }
            }
            Act::Need => vote("ENVS", weight),
            // `df["x"]`, `df.loc[…]`: work on data without a call.
            Act::Read if is_data(&event.name) => vote("DATAP", weight),
            _ => {}
        }
    }
    code.commands().for_each(|_| vote("ENVS", 1));
    let best = votes.iter().enumerate().max_by_key(|(at, n)| (**n, STAGES.len() - at));
    best.filter(|(_, n)| **n > 0).map_or("NONE", |(at, _)| STAGES[at].0)
}

/// Names that people give to tables.
fn is_data(name: &str) -> bool {
    let name = name.to_lowercase();
    name.starts_with("df")
        || name.ends_with("df")
        || name.contains("data")
        || name.contains("train")
        || name.contains("test")
}
