//! Which candidates are wanted.

use clap::ValueEnum;
use records::BugClass;

/// The arguments that say so, of all programs that look for candidates.
#[derive(clap::Args, Clone, Debug, Default)]
pub struct ScoutArgs {
    /// Keep these classes of candidates alone; `cubert` keeps its two kinds: misused variables, and operators among
    /// `+ * - / % == != is is not < <= > >= in not in and or`
    #[arg(long, value_enum, value_name = "CLASS,…", value_delimiter = ',')]
    pub only: Vec<Wanted>,

    /// Look for candidates as the published scouts do: also those after which the text does not parse, or is the same
    #[arg(long)]
    pub compat: bool,

    /// Leave out what is easily seen: of assignments keep `=`, `+=`, `-=`, of binary operators `+`, `-`, `*`, `/`
    #[arg(long)]
    pub no_easy: bool,
}

/// What `--only` names.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "named as in records")]
pub enum Wanted {
    VariableMisuse,
    AssignmentOperator,
    BinaryOperator,
    BooleanOperator,
    ComparisonOperator,
    Literal,
    ArgumentSwap,
    Cubert,
}

/// Which candidates are wanted, as the scouts ask.
#[derive(Clone, Debug)]
pub struct Rules {
    /// As the published scouts.
    pub compat: bool,
    classes: [bool; BugClass::ALL.len()],
    no_easy: bool,
    cubert: bool,
}

impl Default for Rules {
    fn default() -> Self {
        ScoutArgs::default().rules()
    }
}

impl ScoutArgs {
    /// What they ask for.
    pub fn rules(&self) -> Rules {
        let mut classes = [self.only.is_empty(); BugClass::ALL.len()];
        for wanted in &self.only {
            wanted.classes().iter().for_each(|class| classes[*class as usize] = true);
        }
        let cubert = self.only.contains(&Wanted::Cubert);
        Rules { compat: self.compat, classes, no_easy: self.no_easy, cubert }
    }
}

impl Wanted {
    fn classes(self) -> &'static [BugClass] {
        use BugClass as C;
        match self {
            Self::VariableMisuse => &[C::VariableMisuse],
            Self::AssignmentOperator => &[C::AssignmentOperator],
            Self::BinaryOperator => &[C::BinaryOperator],
            Self::BooleanOperator => &[C::BooleanOperator],
            Self::ComparisonOperator => &[C::ComparisonOperator],
            Self::Literal => &[C::Literal],
            Self::ArgumentSwap => &[C::ArgumentSwap],
            Self::Cubert => {
                &[C::VariableMisuse, C::BinaryOperator, C::BooleanOperator, C::ComparisonOperator]
            }
        }
    }
}

impl Rules {
    /// Whether anything of a class is wanted.
    pub fn wants(&self, class: BugClass) -> bool {
        self.classes[class as usize]
    }

    /// Whether an operator is wanted, as what is rewritten and as what stands there instead.
    pub fn wants_operator(&self, class: BugClass, operator: &str) -> bool {
        const CUBERT: [&str; 17] = [
            "+", "*", "-", "/", "%", "==", "!=", "is", "is not", "<", "<=", ">", ">=", "in", "not in", "and",
            "or",
        ];
        let is_usual = match class {
            BugClass::AssignmentOperator => ["=", "+=", "-="].contains(&operator),
            BugClass::BinaryOperator => ["+", "-", "*", "/"].contains(&operator),
            _ => true,
        };
        (is_usual || !self.no_easy) && (!self.cubert || CUBERT.contains(&operator.trim()))
    }
}
