// The code systems that are there without a resource: UCUM, language tags, media types, and the lists of ISO.

using FhirHub.Model;

namespace FhirHub.Terminology;

/// <summary>
/// Implicit code systems: <c>http://unitsofmeasure.org</c>, <c>urn:ietf:bcp:47</c>, <c>urn:ietf:bcp:13</c>, ISO 3166-1 and -2,
/// ISO 4217, ISO 639-1 and -2. Nothing is read before it is asked for.
/// </summary>
public sealed class StandardSystems : ICodeSystemSource
{
    private static readonly Lazy<Dictionary<string, CodeSystem>> Systems = new(static () => Load().ToDictionary(static system => system.Url, StringComparer.Ordinal));

    /// <inheritdoc/>
    public string State => "";

    /// <inheritdoc/>
    public IReadOnlyList<CodeSystem> Find(string url) => IsOne(url) && Systems.Value.TryGetValue(url, out var system) ? [system] : [];

    /// <inheritdoc/>
    public IReadOnlyList<CodeSystemHeader> List() => [.. Systems.Value.Values.Select(static system => system.Header)];

    // Most names that are looked for are others, and should not cost reading these.
    private static bool IsOne(string url) =>
        url.StartsWith("urn:i", StringComparison.Ordinal) || url == Ucum.System;

    private static IEnumerable<CodeSystem> Load()
    {
        yield return new UcumCodeSystem();
        yield return new LanguageCodeSystem();
        yield return new MediaTypeCodeSystem();
        ConceptTableBuilder? builder = null;
        foreach (var line in StandardCodes.Read())
        {
            if (line.Kind == 'S')
            {
                if (builder is not null)
                    yield return new TableCodeSystem(builder.Build());
                builder = ConceptTableBuilder.InMemory(Header(line));
            }
            else if (line.Kind == 'C')
            {
                Add(builder!, line);
            }
        }

        yield return new TableCodeSystem(builder!.Build());
    }

    private static CodeSystemHeader Header(StandardCodeLine line) => new()
    {
        Url = line[1]!,
        Name = line[2],
        Title = line[3],
        Version = line[5],
        Status = "active",
        Publisher = "ISO",
        Language = "en",
        CaseSensitive = true,
        HierarchyMeaning = "part-of",
    };

    private static void Add(ConceptTableBuilder builder, StandardCodeLine line)
    {
        var concept = builder.Add(line[1]!, line[2]);
        if (line[3] is { } chinese)
            builder.AddDesignation(concept, chinese, "zh");
        if (line[4] is not null)
            builder.AddProperty(concept, "inactive", "true", PropertyType.Boolean);
        if (line[5] is { } parent)
            builder.AddProperty(concept, "partOf", parent, PropertyType.Code);
        foreach (var property in line.From(6))
        {
            var equals = property.IndexOf('=', StringComparison.Ordinal);
            builder.AddProperty(concept, property[..equals], property[(equals + 1)..], PropertyType.String);
        }
    }
}
