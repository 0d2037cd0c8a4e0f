// Which concepts of an edition an expression selects. Sets are bitmaps, so the operators are cheap.

using FhirHub.Model;

namespace FhirHub.Terminology.Ecl;

/// <summary>Works an expression out over one table. Not safe to use from several threads.</summary>
internal sealed partial class EclEvaluator(ConceptTable table, CancellationToken cancel)
{
    private static readonly string[] s_historicalAssociations =
    [
        Snomed.SameAs, Snomed.ReplacedBy, Snomed.WasA, Snomed.PartiallyEquivalentTo, "900000000000523009", "900000000000524003",
        "900000000000525002", "900000000000529008", "900000000000530003", "1186921001",
    ];

    // Concepts looked at, all parts of an expression together: 40 times all of SNOMED CT.
    private const long MaxWork = 20_000_000;

    private long _work;

    private ConceptTable Table => table;

    private ConceptSet Active => field ??= table.All.Except(table.Inactive);

    public ConceptSet Evaluate(EclExpression expression) => Evaluate(expression, withInactive: false);

    // "*" means the active concepts, unless a filter says which are wanted.
    private ConceptSet Evaluate(EclExpression expression, bool withInactive)
    {
        cancel.ThrowIfCancellationRequested();
        var set = Select(expression, withInactive);

        // A set is words of 64 concepts and what is in it.
        if (expression is not EclExpression.Concept && (_work += (table.Count / 64) + set.Count) > MaxWork)
            throw new TerminologyException("too-costly", "The expression constraint is made of too many large sets; narrow its parts, or use a reference set.");
        return set;
    }

    private ConceptSet Select(EclExpression expression, bool withInactive) => expression switch
    {
        EclExpression.Any => withInactive ? table.All : Active,
        EclExpression.Concept concept => Single(concept.Code),
        EclExpression.AlternateIdentifier other => other.Scheme.Equals("SCTID", StringComparison.OrdinalIgnoreCase)
            ? Single(other.Code)
            : throw new TerminologyException("not-supported", $"The identifiers of the scheme {other.Scheme} are not known here; name the concept by its SNOMED CT identifier."),
        EclExpression.Related related => Related(related.Operator, Evaluate(related.Operand)),
        EclExpression.Members members => Members(members),
        EclExpression.Filtered filtered => Filter(filtered),
        EclExpression.WithHistory history => WithHistory(history),
        EclExpression.Combined combined => Combine(combined),
        EclExpression.Refined refined => Refine(Evaluate(refined.Focus), refined.Refinement),
        EclExpression.Dotted dotted => Values(Evaluate(dotted.Source), dotted.Attribute),
        _ => throw new InvalidOperationException($"There is no evaluation of {expression.GetType().Name}."),
    };

    private ConceptSet Single(string code) => table.Find(code) is >= 0 and var concept ? ConceptSet.Of(table, [concept]) : ConceptSet.None(table);

    private ConceptSet Combine(EclExpression.Combined combined)
    {
        // Lists of thousands of concepts are in use; a bitmap for each would be much.
        if (combined.Operator == EclSetOperator.Or && combined.Operands.All(static operand => operand is EclExpression.Concept))
            return ConceptSet.Of(table, combined.Operands.Select(operand => table.Find(((EclExpression.Concept)operand).Code)).Where(static concept => concept >= 0));
        var set = Evaluate(combined.Operands[0]);
        for (var i = 1; i < combined.Operands.Count; i++)
        {
            var other = Evaluate(combined.Operands[i]);
            set = combined.Operator switch
            {
                EclSetOperator.And => set.And(other),
                EclSetOperator.Or => set.Or(other),
                _ => set.Except(other),
            };
        }

        return set;
    }

    private ConceptSet Related(EclHierarchy hierarchy, ConceptSet set) => hierarchy switch
    {
        EclHierarchy.Descendants => table.Descendants(set),
        EclHierarchy.DescendantsOrSelf => table.Descendants(set).Or(set),
        EclHierarchy.Children => table.Children(set),
        EclHierarchy.ChildrenOrSelf => table.Children(set).Or(set),
        EclHierarchy.Ancestors => table.Ancestors(set),
        EclHierarchy.AncestorsOrSelf => table.Ancestors(set).Or(set),
        EclHierarchy.Parents => table.Parents(set),
        EclHierarchy.ParentsOrSelf => table.Parents(set).Or(set),
        EclHierarchy.Top => set.Except(table.Descendants(set)),
        _ => set.Except(table.Ancestors(set)),
    };

    private ConceptSet Members(EclExpression.Members members)
    {
        var sets = Codes(members.ReferenceSets);
        var found = ConceptSet.None(table);
        foreach (var name in table.Sets)
        {
            if (sets.Contains(name) && table.Set(name) is { } set)
                found = found.Or(MembersOf(name, set, members));
        }

        return found;
    }

    private ConceptSet MembersOf(string referenceSet, ConceptSet set, EclExpression.Members wanted)
    {
        foreach (var filter in wanted.Filters)
        {
            cancel.ThrowIfCancellationRequested();
            set = filter switch
            {
                EclFilter.Active { Value: true } => set,
                EclFilter.Field { Name: var name, Value: EclValue.Concepts value } when IsField(name, "referencedComponentId") =>
                    value.Comparison == EclComparison.Equal ? set.And(Evaluate(value.Expression, withInactive: true)) : set.Except(Evaluate(value.Expression, withInactive: true)),
                EclFilter.Field { Value: var value } field when IsValueField(field.Name) => ByValue(set, referenceSet, value),
                _ => throw NotKept($"the filter '{NameOf(filter)}' of members, since of the rows of reference sets the target or value is kept and no more"),
            };
        }

        if (wanted.Field is null || IsField(wanted.Field, "referencedComponentId"))
            return set;
        if (!IsValueField(wanted.Field))
            throw NotKept($"the field '{wanted.Field}', since of the rows of reference sets the target or value is kept and no more");
        var property = table.FindProperty(referenceSet);
        if (property < 0)
            return ConceptSet.None(table);
        var targets = new List<int>();
        foreach (var member in set)
        {
            foreach (var row in table.PropertyRows(member))
            {
                if (row.Definition == property && table.Value(row.Value).Concept is >= 0 and var target)
                    targets.Add(target);
            }
        }

        return ConceptSet.Of(table, targets);
    }

    private ConceptSet ByValue(ConceptSet set, string referenceSet, EclValue value)
    {
        var property = table.FindProperty(referenceSet);
        if (property < 0)
            return ConceptSet.None(table);
        var test = new ValueTest(this, value);
        return set.Where(member =>
        {
            foreach (var row in table.PropertyRows(member))
            {
                if (row.Definition == property && test.Holds(row.Value))
                    return true;
            }

            return false;
        });
    }

    private ConceptSet WithHistory(EclExpression.WithHistory history)
    {
        var set = Evaluate(history.Operand);
        IEnumerable<string> associations = history.History switch
        {
            EclHistory.Minimum => [Snomed.SameAs],
            EclHistory.Moderate => [Snomed.SameAs, Snomed.ReplacedBy, Snomed.WasA, Snomed.PartiallyEquivalentTo],
            EclHistory.Named => Codes(history.Associations!),
            _ => s_historicalAssociations.Union(Codes(new EclExpression.Related(EclHierarchy.Descendants, new EclExpression.Concept(Snomed.HistoricalAssociations)))),
        };
        var before = set;
        foreach (var association in associations)
            set = set.Or(table.WithProperty(association, before).And(table.Inactive));
        return set;
    }

    // The values that an attribute has in any concept of a set.
    private ConceptSet Values(ConceptSet source, EclExpression attribute)
    {
        var names = Names(attribute);
        var isParent = IsParent(attribute);
        var values = new List<int>();
        foreach (var concept in source)
        {
            if (isParent)
                values.AddRange(table.Parents(concept));
            foreach (var row in table.PropertyRows(concept))
            {
                if (names[row.Definition] && table.Value(row.Value).Concept is >= 0 and var value)
                    values.Add(value);
            }
        }

        return ConceptSet.Of(table, values);
    }

    // Metadata concepts may be named though the table does not hold them, so names come first and concepts second.
    private HashSet<string> Codes(EclExpression expression) => expression switch
    {
        EclExpression.Concept concept => [concept.Code],
        EclExpression.Combined { Operator: EclSetOperator.Or } combined => [.. combined.Operands.SelectMany(Codes)],
        EclExpression.Any => [.. table.Sets, .. CodesOf(Active)],
        _ => CodesOf(Evaluate(expression)),
    };

    private HashSet<string> CodesOf(ConceptSet set)
    {
        var codes = new HashSet<string>(set.Count, StringComparer.Ordinal);
        foreach (var concept in set)
            codes.Add(table.Code(concept));
        return codes;
    }

    private static bool IsField(string name, string wanted) => name.Equals(wanted, StringComparison.OrdinalIgnoreCase);

    private static bool IsValueField(string name) => IsField(name, "targetComponentId") || IsField(name, "targetComponent") || IsField(name, "mapTarget") || IsField(name, "valueId");

    private static string NameOf(EclFilter filter) => filter switch
    {
        EclFilter.Field field => field.Name,
        EclFilter.Active => "active = false",
        EclFilter.Module => "moduleId",
        EclFilter.EffectiveTime => "effectiveTime",
        EclFilter.Identifier => "id",
        _ => filter.GetType().Name,
    };

    private static TerminologyException NotKept(string what) =>
        new("not-supported", $"The expression constraint asks for {what}. Leave it out.");
}
