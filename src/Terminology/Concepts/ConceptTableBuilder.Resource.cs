// A concept table of a CodeSystem resource.

using FhirHub.Model;

namespace FhirHub.Terminology;

public sealed partial class ConceptTableBuilder
{
    /// <summary>
    /// The table of a CodeSystem (R4 codesystem.html). Nesting makes a hierarchy unless <c>hierarchyMeaning</c> is part-of (an arm is
    /// in the body, and no body), and so do the properties parent, child and subsumedBy, whatever their name, by their uri.
    /// </summary>
    /// <exception cref="TerminologyException">There is too much of something.</exception>
    public static ConceptTable FromResource(ElementNode codeSystem)
    {
        var builder = InMemory(CodeSystemHeader.Read(codeSystem));
        builder.AddAll(codeSystem);
        return builder.Build();
    }

    /// <summary>Adds the concepts of a CodeSystem.</summary>
    public void AddAll(ElementNode codeSystem)
    {
        // Walked with a list rather than by recursion: how deep it goes is the sender's choice.
        var nestingSubsumes = codeSystem.ChildValue("hierarchyMeaning") != "part-of";
        var open = new Stack<(ElementChildren Left, int Parent)>();
        open.Push((codeSystem.ChildrenOf("concept"), -1));
        while (open.TryPop(out var level))
        {
            var (left, parent) = level;
            if (!left.MoveNext())
                continue;
            open.Push((left, parent));
            var node = left.Current;
            if (node.ChildValue("code") is not { } code)
                continue;
            var concept = AddFrom(node, code);
            if (parent >= 0 && nestingSubsumes)
                AddParent(concept, parent);
            open.Push((node.ChildrenOf("concept"), concept));
        }
    }

    private int AddFrom(ElementNode node, string code)
    {
        var before = Count;
        var concept = Add(code, node.ChildValue("display"), node.ChildValue("definition"));
        if (Count == before)
            return concept;
        if (CodeSystemHeader.StandardsStatusOf(node) is "deprecated" or "withdrawn")
            AddFlags(concept, ConceptFlags.Deprecated);
        foreach (var designation in node.ChildrenOf("designation"))
        {
            if (designation.ChildValue("value") is { } value)
                AddDesignation(concept, value, designation.ChildValue("language"), Coding(designation.Child("use")));
        }

        foreach (var property in node.ChildrenOf("property"))
        {
            if (property.ChildValue("code") is not { } name || property.Child("value") is not { Exists: true } value)
                continue;
            if (!value.IsPrimitive)
            {
                if (Coding(value) is { } coding)
                    AddProperty(concept, name, coding);
            }
            else if (value.GetString() is { } text)
            {
                AddProperty(concept, name, text, TypeOf(value.Type.Name));
            }
        }

        return concept;
    }

    private static CodingValue? Coding(ElementNode coding) => coding.Exists && coding.ChildValue("code") is { } code
        ? new CodingValue(coding.ChildValue("system"), coding.ChildValue("version"), code, coding.ChildValue("display"))
        : null;

    private static PropertyType TypeOf(string type) => type switch
    {
        "code" => PropertyType.Code,
        "integer" => PropertyType.Integer,
        "boolean" => PropertyType.Boolean,
        "dateTime" => PropertyType.DateTime,
        "decimal" => PropertyType.Decimal,
        _ => PropertyType.String,
    };
}
