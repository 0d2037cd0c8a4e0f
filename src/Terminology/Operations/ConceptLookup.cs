// What $lookup tells of a concept.

namespace FhirHub.Terminology;

/// <summary>A property of a concept with what it means to people.</summary>
/// <param name="Value">The property; of a group, only its name.</param>
/// <param name="Description">The display of a code, or null.</param>
/// <param name="Subproperties">The properties of a group.</param>
public sealed record LookupProperty(ConceptProperty Value, string? Description, IReadOnlyList<LookupProperty> Subproperties);

/// <summary>The answer of CodeSystem <c>$lookup</c> (R4 codesystem-operation-lookup.html), as far as it was asked for.</summary>
public sealed record ConceptLookup
{
    private const string RoleGroup = "609096000";
    private const string SnomedCt = "http://snomed.info/sct";

    /// <summary>The code system.</summary>
    public required CodeSystem System { get; init; }

    /// <summary>The concept.</summary>
    public required Concept Concept { get; init; }

    /// <summary>The display in the language wished for.</summary>
    public required string Display { get; init; }

    /// <summary>The definition.</summary>
    public string? Definition { get; init; }

    /// <summary>The designations.</summary>
    public IReadOnlyList<Designation> Designations { get; init; } = [];

    /// <summary>The properties, with <c>parent</c>, <c>child</c> and <c>inactive</c>.</summary>
    public IReadOnlyList<LookupProperty> Properties { get; init; } = [];

    /// <summary>Collects what was asked for.</summary>
    /// <param name="system">The code system.</param>
    /// <param name="concept">The concept.</param>
    /// <param name="wanted">
    /// Names of properties, with <c>definition</c>, <c>designation</c> and <c>lang.X</c> among them; empty or <c>*</c> for all.
    /// </param>
    /// <param name="languages">The languages wished for.</param>
    public static ConceptLookup Of(CodeSystem system, Concept concept, IReadOnlyList<string> wanted, LanguagePreference languages)
    {
        ArgumentNullException.ThrowIfNull(system);
        ArgumentNullException.ThrowIfNull(concept);
        ArgumentNullException.ThrowIfNull(wanted);
        var all = wanted.Count == 0 || wanted.Contains("*");
        var designations = concept.Designations;
        return new ConceptLookup
        {
            System = system,
            Concept = concept,

            // R4 wants a display; a code without one is shown as it is.
            Display = DisplayChoice.Of(languages, concept.Display, system.Header.Language, designations).Display ?? concept.Code,
            Definition = all || wanted.Contains("definition") ? concept.Definition : null,
            Designations = all || wanted.Contains("designation") ? designations : InLanguages(designations, wanted),
            Properties = PropertiesOf(system, concept, all ? null : wanted),
        };
    }

    private static IReadOnlyList<Designation> InLanguages(IReadOnlyList<Designation> designations, IReadOnlyList<string> wanted)
    {
        var languages = wanted.Where(static name => name.StartsWith("lang.", StringComparison.Ordinal)).Select(static name => LanguagePreference.Parse(name[5..])).ToList();
        return languages.Count == 0 ? [] : [.. designations.Where(designation => languages.Exists(language => language.Accepts(designation.Language)))];
    }

    private static List<LookupProperty> PropertiesOf(CodeSystem system, Concept concept, IReadOnlyList<string>? wanted)
    {
        var properties = new List<LookupProperty>();
        var groups = new SortedDictionary<int, List<LookupProperty>>();
        var hierarchy = concept.Ordinal >= 0 && system.Table is { HasHierarchy: true };
        if (IsWanted("inactive", wanted))
            properties.Add(new LookupProperty(new ConceptProperty("inactive", PropertyType.Boolean, concept.IsInactive ? "true" : "false"), null, []));
        foreach (var property in concept.Properties)
        {
            if (property.Code == "inactive" || (hierarchy && property.Code is "parent" or "child") || !IsWanted(property.Code, wanted))
                continue;
            var described = new LookupProperty(property, DescriptionOf(system, property), []);
            if (property.Group == 0)
                properties.Add(described);
            else if (groups.TryGetValue(property.Group, out var group))
                group.Add(described);
            else
                groups.Add(property.Group, [described]);
        }

        // Roles of one group qualify each other, so they stay together.
        var name = system.Url == SnomedCt ? RoleGroup : "group";
        foreach (var group in groups.Values)
            properties.Add(new LookupProperty(new ConceptProperty(name, PropertyType.Code, ""), null, group));
        if (hierarchy)
            AddHierarchy(system, system.Table!, concept.Ordinal, wanted, properties);
        return properties;
    }

    private static void AddHierarchy(CodeSystem system, ConceptTable table, int ordinal, IReadOnlyList<string>? wanted, List<LookupProperty> properties)
    {
        if (IsWanted("parent", wanted))
            Add("parent", table.Parents(ordinal));
        if (IsWanted("child", wanted))
            Add("child", table.Children(ordinal));

        void Add(string name, ReadOnlySpan<int> related)
        {
            foreach (var other in related)
            {
                var concept = system.At(other);
                properties.Add(new LookupProperty(new ConceptProperty(name, PropertyType.Code, concept.Code), concept.Display, []));
            }
        }
    }

    private static string? DescriptionOf(CodeSystem system, ConceptProperty property)
    {
        if (property.Coding?.Display is { } display)
            return display;
        return property.Type == PropertyType.Code || property.Coding?.System == system.Url ? system.Find(property.Text)?.Display : null;
    }

    private static bool IsWanted(string name, IReadOnlyList<string>? wanted) => wanted is null || wanted.Contains(name);
}
