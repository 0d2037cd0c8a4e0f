// Refinements: counts the attributes of each concept of the focus that have such a name and value, in all and in its role groups.

using System.Globalization;

namespace FhirHub.Terminology.Ecl;

internal sealed partial class EclEvaluator
{
    private bool[] Attributes => field ??= [.. table.PropertyDefinitions.Select(static property => IsAttribute(property))];

    // The attributes of SNOMED CT are concepts; the properties of reference sets are too, and are no attributes.
    private static bool IsAttribute(PropertyDefinition property) => property.Code.Length >= 6 && property.Code.All(char.IsAsciiDigit)
        && property.Uri?.StartsWith(Snomed.ReferenceSet, StringComparison.Ordinal) != true;

    private static bool IsParent(EclExpression name) => name is EclExpression.Concept { Code: Snomed.IsA };

    private ConceptSet Refine(ConceptSet focus, EclRefinement refinement)
    {
        var condition = Compile(refinement);
        var rows = new List<PropertyRow>();
        var count = 0;
        return focus.Where(concept =>
        {
            if ((++count & 0xFFF) == 0)
                cancel.ThrowIfCancellationRequested();
            rows.Clear();
            foreach (var row in table.PropertyRows(concept))
            {
                if (Attributes[row.Definition])
                    rows.Add(row);
            }

            return condition.Holds(concept, rows);
        });
    }

    // For each property whether its name is among those wanted.
    private bool[] Names(EclExpression name)
    {
        if (name is EclExpression.Any)
            return Attributes;
        var wanted = name is EclExpression.Concept concept ? null : Evaluate(name);
        var code = (name as EclExpression.Concept)?.Code;
        var names = new bool[table.PropertyDefinitions.Count];
        for (var i = 0; i < names.Length; i++)
            names[i] = Attributes[i] && (wanted is null ? table.PropertyDefinitions[i].Code == code : wanted.Contains(table.Find(table.PropertyDefinitions[i].Code)));
        return names;
    }

    private Condition Compile(EclRefinement refinement) => refinement switch
    {
        EclRefinement.Combined combined => new AllOrAny(combined.Operator == EclSetOperator.And, [.. combined.Operands.Select(Compile)]),
        EclRefinement.Group group => new InGroups(group.Cardinality, Compile(group.Content)),
        EclRefinement.Attribute { IsReverse: true } attribute => new Sources(attribute.Cardinality, CountSources(attribute)),
        EclRefinement.Attribute attribute when IsParent(attribute.Name) => new Parents(table, attribute.Cardinality, ParentsOf(attribute.Value)),
        EclRefinement.Attribute attribute => new Attribute(attribute.Cardinality, Names(attribute.Name), new ValueTest(this, attribute.Value)),
        _ => throw new InvalidOperationException($"There is no evaluation of {refinement.GetType().Name}."),
    };

    private Func<int, bool> ParentsOf(EclValue value)
    {
        if (value is not EclValue.Concepts concepts)
            return static _ => false;
        var set = Evaluate(concepts.Expression, withInactive: true);
        return concepts.Comparison == EclComparison.Equal ? set.Contains : parent => !set.Contains(parent);
    }

    // For each concept how many attributes of the wanted concepts point to it.
    private int[] CountSources(EclRefinement.Attribute attribute)
    {
        var counts = new int[table.Count];
        if (attribute.Value is not EclValue.Concepts concepts)
            return counts;
        var sources = Evaluate(concepts.Expression);
        if (concepts.Comparison == EclComparison.NotEqual)
            sources = Active.Except(sources);
        var names = Names(attribute.Name);
        var isParent = IsParent(attribute.Name);
        foreach (var source in sources)
        {
            foreach (var parent in isParent ? table.Parents(source) : default)
                counts[parent]++;
            foreach (var row in table.PropertyRows(source))
            {
                if (names[row.Definition] && table.Value(row.Value).Concept is >= 0 and var target)
                    counts[target]++;
            }
        }

        return counts;
    }

    private abstract class Condition
    {
        /// <summary>True if it holds of a concept with these attributes.</summary>
        public abstract bool Holds(int concept, List<PropertyRow> rows);
    }

    private sealed class AllOrAny(bool isAll, List<Condition> conditions) : Condition
    {
        public override bool Holds(int concept, List<PropertyRow> rows)
        {
            foreach (var condition in conditions)
            {
                if (condition.Holds(concept, rows) != isAll)
                    return !isAll;
            }

            return isAll;
        }
    }

    private sealed class Attribute(EclCardinality cardinality, bool[] names, ValueTest test) : Condition
    {
        public override bool Holds(int concept, List<PropertyRow> rows)
        {
            var count = 0;
            foreach (var row in rows)
            {
                if (names[row.Definition] && test.Holds(row.Value))
                    count++;
            }

            return cardinality.Holds(count);
        }
    }

    private sealed class Parents(ConceptTable table, EclCardinality cardinality, Func<int, bool> test) : Condition
    {
        public override bool Holds(int concept, List<PropertyRow> rows)
        {
            var count = 0;
            foreach (var parent in table.Parents(concept))
                count += test(parent) ? 1 : 0;
            return cardinality.Holds(count);
        }
    }

    private sealed class Sources(EclCardinality cardinality, int[] counts) : Condition
    {
        public override bool Holds(int concept, List<PropertyRow> rows) => cardinality.Holds(counts[concept]);
    }

    // Attributes outside of groups (number 0) are groups of their own.
    private sealed class InGroups(EclCardinality cardinality, Condition content) : Condition
    {
        private readonly List<PropertyRow> _rows = [];

        public override bool Holds(int concept, List<PropertyRow> rows)
        {
            var count = 0;
            for (var i = 0; i < rows.Count; i++)
            {
                if (!IsFirstOfGroup(rows, i))
                    continue;
                _rows.Clear();
                foreach (var row in rows)
                {
                    if (row.Group != 0 && row.Group == rows[i].Group)
                        _rows.Add(row);
                }

                if (rows[i].Group == 0)
                    _rows.Add(rows[i]);
                if (content.Holds(concept, _rows))
                    count++;
            }

            return cardinality.Holds(count);
        }

        private static bool IsFirstOfGroup(List<PropertyRow> rows, int at)
        {
            for (var i = 0; i < at && rows[at].Group != 0; i++)
            {
                if (rows[i].Group == rows[at].Group)
                    return false;
            }

            return true;
        }
    }

    /// <summary>Whether a value is as wanted; each value of the table is tested once.</summary>
    private sealed class ValueTest
    {
        private readonly ConceptTable _table;
        private readonly Func<int, ValueRow, bool> _test;

        // 0 where it was not tested yet, 1 for no, 2 for yes.
        private readonly byte[] _answers;

        public ValueTest(EclEvaluator evaluator, EclValue value)
        {
            _table = evaluator.Table;
            _answers = new byte[_table.ValueCount];
            _test = Compile(evaluator, value);
        }

        public bool Holds(int value)
        {
            ref var answer = ref _answers[value];
            if (answer == 0)
                answer = _test(value, _table.Value(value)) ? (byte)2 : (byte)1;
            return answer == 2;
        }

        private Func<int, ValueRow, bool> Compile(EclEvaluator evaluator, EclValue value)
        {
            var isEqual = value.Comparison == EclComparison.Equal;
            switch (value)
            {
                case EclValue.Concepts { Expression: EclExpression.Any }:
                    return (_, row) => isEqual && (PropertyType)row.Type == PropertyType.Code;
                case EclValue.Concepts concepts:
                    var set = evaluator.Evaluate(concepts.Expression, withInactive: true);
                    return (_, row) => (PropertyType)row.Type == PropertyType.Code && set.Contains(row.Concept) == isEqual;
                case EclValue.Number number:
                    return (at, row) => (PropertyType)row.Type is PropertyType.Decimal or PropertyType.Integer
                        && decimal.TryParse(_table.ValueText(at), NumberStyles.Number, CultureInfo.InvariantCulture, out var found)
                        && Compare(found.CompareTo(number.Value), number.Comparison);
                case EclValue.Text text:
                    var terms = new EclTerms(text.Terms);
                    return (at, row) => (PropertyType)row.Type == PropertyType.String && terms.Match(_table.ValueText(at)) == isEqual;
                case EclValue.Boolean boolean:
                    return (at, row) => (PropertyType)row.Type == PropertyType.Boolean && (_table.ValueText(at) == "true") == (boolean.Value == isEqual);
                default:
                    throw new InvalidOperationException($"There is no evaluation of {value.GetType().Name}.");
            }
        }
    }

    private static bool Compare(int order, EclComparison comparison) => comparison switch
    {
        EclComparison.Equal => order == 0,
        EclComparison.NotEqual => order != 0,
        EclComparison.Less => order < 0,
        EclComparison.LessOrEqual => order <= 0,
        EclComparison.Greater => order > 0,
        _ => order >= 0,
    };
}
