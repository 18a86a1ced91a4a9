//! What nodes are, and what they are to the node above: named as in Python's `ast` where that has a name.

macro_rules! named {
    ($(#[$meta:meta])* $name:ident { $($variant:ident = $word:literal,)* }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[expect(missing_docs, reason = "named as in Python")]
        #[repr(u8)]
        pub enum $name { $($variant,)* }

        impl $name {
            /// All of them, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// Its name.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }
        }
    };
}

named! {
    /// What a node is. Beside `ast`'s own there are nodes for what that keeps as mere texts or lists: every name in a
    /// definition, attribute, import or `global` is an `Identifier`, every operator an `Operator`.
    NodeKind {
        Module = "Module",
        // Statements.
        FunctionDef = "FunctionDef",
        ClassDef = "ClassDef",
        Return = "Return",
        Delete = "Delete",
        TypeAlias = "TypeAlias",
        Assign = "Assign",
        AugAssign = "AugAssign",
        AnnAssign = "AnnAssign",
        For = "For",
        While = "While",
        If = "If",
        With = "With",
        Match = "Match",
        Raise = "Raise",
        Try = "Try",
        Assert = "Assert",
        Import = "Import",
        ImportFrom = "ImportFrom",
        Global = "Global",
        Nonlocal = "Nonlocal",
        Expr = "Expr",
        Pass = "Pass",
        Break = "Break",
        Continue = "Continue",
        Escape = "Escape",
        // Expressions.
        BoolOp = "BoolOp",
        NamedExpr = "NamedExpr",
        BinOp = "BinOp",
        UnaryOp = "UnaryOp",
        Lambda = "Lambda",
        IfExp = "IfExp",
        Dict = "Dict",
        Set = "Set",
        ListComp = "ListComp",
        SetComp = "SetComp",
        DictComp = "DictComp",
        GeneratorExp = "GeneratorExp",
        Await = "Await",
        Yield = "Yield",
        YieldFrom = "YieldFrom",
        Compare = "Compare",
        Call = "Call",
        JoinedStr = "JoinedStr",
        TemplateStr = "TemplateStr",
        Str = "Str",
        Bytes = "Bytes",
        Number = "Number",
        Bool = "Bool",
        None = "None",
        Ellipsis = "Ellipsis",
        Attribute = "Attribute",
        Subscript = "Subscript",
        Starred = "Starred",
        Name = "Name",
        List = "List",
        Tuple = "Tuple",
        Slice = "Slice",
        EscapeValue = "EscapeValue",
        // Patterns.
        MatchValue = "MatchValue",
        MatchSingleton = "MatchSingleton",
        MatchSequence = "MatchSequence",
        MatchMapping = "MatchMapping",
        MatchClass = "MatchClass",
        MatchStar = "MatchStar",
        MatchAs = "MatchAs",
        MatchOr = "MatchOr",
        // Parts of the above.
        MatchKeyword = "MatchKeyword",
        MatchCase = "match_case",
        ExceptHandler = "ExceptHandler",
        Clause = "Clause",
        WithItem = "withitem",
        Decorator = "Decorator",
        Parameters = "arguments",
        Parameter = "arg",
        Keyword = "keyword",
        Alias = "alias",
        Comprehension = "comprehension",
        FormattedValue = "FormattedValue",
        FormatSpec = "FormatSpec",
        TextPart = "TextPart",
        TypeParams = "TypeParams",
        TypeVar = "TypeVar",
        TypeVarTuple = "TypeVarTuple",
        ParamSpec = "ParamSpec",
        Identifier = "Identifier",
        Operator = "Operator",
    }
}

named! {
    /// What a node is to the node above.
    Field {
        Annotation = "annotation",
        Args = "args",
        Asname = "asname",
        Attr = "attr",
        Bases = "bases",
        Body = "body",
        Bound = "bound",
        Cases = "cases",
        Cause = "cause",
        Clauses = "clauses",
        Cls = "cls",
        Comparators = "comparators",
        ContextExpr = "context_expr",
        DecoratorList = "decorator_list",
        Default = "default",
        Elt = "elt",
        Elts = "elts",
        Exc = "exc",
        Finalbody = "finalbody",
        FormatSpec = "format_spec",
        Func = "func",
        Generators = "generators",
        Guard = "guard",
        Handlers = "handlers",
        Ifs = "ifs",
        Items = "items",
        Iter = "iter",
        Key = "key",
        Keys = "keys",
        Keywords = "keywords",
        Kwarg = "kwarg",
        Kwonlyargs = "kwonlyargs",
        Left = "left",
        Lower = "lower",
        Module = "module",
        Msg = "msg",
        Name = "name",
        Names = "names",
        Op = "op",
        Operand = "operand",
        OptionalVars = "optional_vars",
        Orelse = "orelse",
        Parameters = "parameters",
        Pattern = "pattern",
        Patterns = "patterns",
        Posonlyargs = "posonlyargs",
        Rest = "rest",
        Returns = "returns",
        Right = "right",
        Root = "root",
        Slice = "slice",
        Step = "step",
        Subject = "subject",
        Target = "target",
        Targets = "targets",
        Test = "test",
        Type = "type",
        TypeParams = "type_params",
        Upper = "upper",
        Value = "value",
        Values = "values",
        Vararg = "vararg",
    }
}

named! {
    /// An operator, by its sign.
    Operator {
        And = "and",
        Or = "or",
        Add = "+",
        Sub = "-",
        Mult = "*",
        MatMult = "@",
        Div = "/",
        Mod = "%",
        Pow = "**",
        LShift = "<<",
        RShift = ">>",
        BitOr = "|",
        BitXor = "^",
        BitAnd = "&",
        FloorDiv = "//",
        Invert = "~",
        Not = "not",
        UAdd = "+",
        USub = "-",
        Eq = "==",
        NotEq = "!=",
        Lt = "<",
        LtE = "<=",
        Gt = ">",
        GtE = ">=",
        Is = "is",
        IsNot = "is not",
        In = "in",
        NotIn = "not in",
    }
}
