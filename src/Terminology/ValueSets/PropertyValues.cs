// The values that the concepts of a table have of one property, whether it is stored, worked out, or a supplement's.

namespace FhirHub.Terminology;

/// <summary>A property as filters see it: which concepts have a value for which something holds.</summary>
internal abstract class PropertyValues
{
    /// <summary>True if the values are codes of the code system itself.</summary>
    public virtual bool AreCodes => false;

    /// <summary>The concepts that have a value for which something holds.</summary>
    public abstract ConceptSet With(Func<string, bool> holds);

    /// <summary>The concepts that have a value at all.</summary>
    public abstract ConceptSet Any();

    /// <summary>The concepts that have one of these concepts as a value.</summary>
    public virtual ConceptSet Among(ConceptSet concepts) => throw new InvalidOperationException("The values are no codes.");

    /// <summary>The values of a property; null if the code system has no such property.</summary>
    public static PropertyValues? Of(CodeSystem system, ConceptTable table, string property)
    {
        if (Stored.Named(system, table, property) is { } stored)
            return stored;
        return property switch
        {
            "display" => new Text(table, table.Display),
            "definition" => new Text(table, table.Definition),
            "parent" or "ancestor" or "child" or "descendant" => new Related(table, property),
            "inactive" => new Flag(table, table.Inactive),
            "notSelectable" or "abstract" => new Flag(table, table.Abstract),
            _ => null,
        };
    }

    private sealed class Stored(CodeSystem system, ConceptTable table, string property, bool areCodes) : PropertyValues
    {
        public override bool AreCodes => areCodes;

        // The name of a property is the code system's own; its uri says what it means.
        public static Stored? Named(CodeSystem system, ConceptTable table, string asked)
        {
            if (asked is "parent" or "child" && table.HasHierarchy || asked == "inactive")
                return null;
            var definition = table.PropertyDefinitions.FirstOrDefault(d => d.Code == asked)
                ?? table.PropertyDefinitions.FirstOrDefault(d => d.Uri == CodeSystemHeader.ConceptProperties + asked);
            return definition is not null || system.HasProperty(asked)
                ? new Stored(system, table, definition?.Code ?? asked, definition?.Type is PropertyType.Code or PropertyType.Coding)
                : null;
        }

        public override ConceptSet With(Func<string, bool> holds) => AndSupplements(table.WithProperty(property, holds), supplement => supplement.WithProperty(property, holds));

        public override ConceptSet Any() => AndSupplements(table.WithProperty(property), supplement => supplement.WithProperty(property));

        public override ConceptSet Among(ConceptSet concepts) => table.WithProperty(property, concepts);

        private ConceptSet AndSupplements(ConceptSet found, Func<ConceptTable, ConceptSet> select)
        {
            foreach (var supplement in system.Supplements)
            {
                if (supplement.Table is not { } other)
                    continue;
                var ordinals = new List<int>();
                foreach (var ordinal in select(other))
                {
                    if (table.Find(other.CodeUtf8(ordinal)) is >= 0 and var own)
                        ordinals.Add(own);
                }

                found = found.Or(ConceptSet.Of(table, ordinals));
            }

            return found;
        }
    }

    private sealed class Text(ConceptTable table, Func<int, string?> read) : PropertyValues
    {
        public override ConceptSet With(Func<string, bool> holds) => ConceptSet.Where(table, concept => read(concept) is { } text && holds(text));

        public override ConceptSet Any() => ConceptSet.Where(table, concept => read(concept) is not null);
    }

    private sealed class Flag(ConceptTable table, ConceptSet flagged) : PropertyValues
    {
        public override ConceptSet With(Func<string, bool> holds)
        {
            var found = holds("true") ? flagged : ConceptSet.None(table);
            return holds("false") ? found.Or(table.All.Except(flagged)) : found;
        }

        public override ConceptSet Any() => table.All;
    }

    // What is above or below a concept, as a property of it.
    private sealed class Related(ConceptTable table, string property) : PropertyValues
    {
        public override bool AreCodes => true;

        // Each code is asked about once.
        public override ConceptSet With(Func<string, bool> holds) => Among(ConceptSet.Where(table, concept => holds(table.Code(concept))));

        public override ConceptSet Any() => Among(table.All);

        public override ConceptSet Among(ConceptSet concepts) => property switch
        {
            "parent" => table.Children(concepts),
            "ancestor" => table.Descendants(concepts),
            "child" => table.Parents(concepts),
            _ => table.Ancestors(concepts),
        };
    }
}
