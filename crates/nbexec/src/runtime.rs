//! The Python that runs beside the notebook, in this binary.

/// File names and texts of the package `nalin_runtime` (`python/nalin_runtime`).
pub const FILES: [(&str, &str); 23] = [
    ("__init__.py", include_str!("../../../python/nalin_runtime/__init__.py")),
    ("channel.py", include_str!("../../../python/nalin_runtime/channel.py")),
    ("children/sitecustomize.py", include_str!("../../../python/nalin_runtime/children/sitecustomize.py")),
    ("clock.py", include_str!("../../../python/nalin_runtime/clock.py")),
    ("cold.py", include_str!("../../../python/nalin_runtime/cold.py")),
    ("describe.py", include_str!("../../../python/nalin_runtime/describe.py")),
    ("inline.py", include_str!("../../../python/nalin_runtime/inline.py")),
    ("isolate.py", include_str!("../../../python/nalin_runtime/isolate.py")),
    ("notebook.py", include_str!("../../../python/nalin_runtime/notebook.py")),
    ("off.py", include_str!("../../../python/nalin_runtime/off.py")),
    ("probe.py", include_str!("../../../python/nalin_runtime/probe.py")),
    ("seccomp.py", include_str!("../../../python/nalin_runtime/seccomp.py")),
    ("server.py", include_str!("../../../python/nalin_runtime/server.py")),
    ("shell.py", include_str!("../../../python/nalin_runtime/shell.py")),
    ("trace/__init__.py", include_str!("../../../python/nalin_runtime/trace/__init__.py")),
    ("trace/lines.py", include_str!("../../../python/nalin_runtime/trace/lines.py")),
    ("trace/monitor.py", include_str!("../../../python/nalin_runtime/trace/monitor.py")),
    ("trace/recorder.py", include_str!("../../../python/nalin_runtime/trace/recorder.py")),
    ("trace/rewrite.py", include_str!("../../../python/nalin_runtime/trace/rewrite.py")),
    ("trace/settrace.py", include_str!("../../../python/nalin_runtime/trace/settrace.py")),
    ("trace/text.py", include_str!("../../../python/nalin_runtime/trace/text.py")),
    ("trace/watch.py", include_str!("../../../python/nalin_runtime/trace/watch.py")),
    ("tree.py", include_str!("../../../python/nalin_runtime/tree.py")),
];
