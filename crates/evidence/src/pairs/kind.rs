//! Kinds of values: what one does with them, whatever their class.

use super::subject::Subject;

/// A kind of values. Two classes of a kind stand in for one another more often than not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the table below says what is in them")]
pub enum Kind {
    Number,
    Truth,
    Nothing,
    Text,
    Row,
    Mapping,
    Array,
    Table,
    Function,
    Time,
    Drawing,
    Symbol,
    Iterator,
    /// Whatever else has a length.
    Collection,
    /// Whatever else there is.
    Object,
}

/// The classes of each kind that people meet.
const CLASSES: [(Kind, &[&str]); 13] = [
    (Kind::Number, &["Decimal", "Fraction", "complex", "float", "int"]),
    (Kind::Truth, &["bool"]),
    (Kind::Nothing, &["NoneType"]),
    (Kind::Text, &["bytes", "str"]),
    (Kind::Row, &["deque", "frozenset", "list", "range", "set", "tuple"]),
    (Kind::Mapping, &["Bunch", "Counter", "OrderedDict", "defaultdict", "dict"]),
    (
        Kind::Array,
        &[
            "Categorical",
            "DataArray",
            "DatetimeIndex",
            "Index",
            "MultiIndex",
            "Series",
            "Tensor",
            "matrix",
            "ndarray",
        ],
    ),
    (Kind::Table, &["DataFrame", "Dataset", "GeoDataFrame"]),
    (Kind::Function, &["builtin_function_or_method", "function", "method", "partial", "type", "ufunc"]),
    (Kind::Time, &["Timedelta", "Timestamp", "date", "datetime", "time", "timedelta"]),
    (
        Kind::Drawing,
        &["Axes", "AxesImage", "BarContainer", "Colorbar", "Figure", "Legend", "Line2D", "PathCollection"],
    ),
    (Kind::Symbol, &["Add", "Equality", "Float", "Integer", "Mul", "Pow", "Rational", "Symbol"]),
    (Kind::Iterator, &["enumerate", "filter", "generator", "iterator", "map", "product", "zip"]),
];

impl Kind {
    /// Whether they are one, or both hold several values, however they are kept.
    pub fn is_alike(self, other: Self) -> bool {
        self == other || self.is_several() && other.is_several()
    }

    /// The kind of a value: by its class, else by the package that it comes from or by its form.
    pub fn of(subject: &Subject) -> Self {
        let value = subject.value;
        Self::of_class(subject.type_class).unwrap_or(match () {
            () if value.type_name.starts_with("sympy.") => Self::Symbol,
            () if value.type_name.starts_with("itertools.") => Self::Iterator,
            () if value.rank > 0 => Self::Array,
            () if value.len >= 0 => Self::Collection,
            () => Self::Object,
        })
    }

    /// The kind of a class that people meet; of others the class alone does not tell.
    pub fn of_class(class: &str) -> Option<Self> {
        CLASSES.iter().find(|(_, classes)| classes.contains(&class)).map(|(kind, _)| *kind)
    }

    /// Whether it holds several values, in whatever way.
    pub fn is_several(self) -> bool {
        matches!(
            self,
            Self::Row | Self::Mapping | Self::Array | Self::Table | Self::Iterator | Self::Collection
        )
    }
}

#[cfg(test)]
mod tests {
    use records::Value;

    use super::Kind;
    use crate::Subject;

    #[test]
    fn by_class_else_by_form() {
        let kind = |type_class, type_name: &str, len, rank| {
            let value = Value { type_name: type_name.to_owned(), len, rank, ..Value::default() };
            Kind::of(&Subject { name: "", value: &value, type_class })
        };
        assert_eq!(kind("int", "numpy.int64", -1, -1), Kind::Number);
        assert_eq!(kind("Integral", "sympy.integrals.integrals.Integral", -1, -1), Kind::Symbol);
        assert_eq!(kind("MaskedArray", "numpy.ma.MaskedArray", 3, 1), Kind::Array);
        assert_eq!(kind("Bag", "__main__.Bag", 3, -1), Kind::Collection);
        assert_eq!(kind("Dog", "__main__.Dog", -1, -1), Kind::Object);
        assert!(Kind::Collection.is_several() && !Kind::Text.is_several());
    }
}
