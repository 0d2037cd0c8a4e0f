// The object identifiers that R4's code systems have beside their URLs.

namespace FhirHub.Model;

/// <summary>Names of the standard's own code systems: each <c>urn:oid:</c> stands for a URL.</summary>
public static class CodeSystemNames
{
    private static readonly Lazy<ILookup<string, string>> Names = new(Load);

    /// <summary>The other names of a code system, by its URL or its URN; none if the standard gives it only one.</summary>
    public static IEnumerable<string> Find(string name) => Names.Value[name];

    private static ILookup<string, string> Load()
    {
        using var reader = new StreamReader(DefinitionsReader.Open("codesystem-names.tsv"));
        var pairs = new List<(string Name, string Other)>();
        while (reader.ReadLine() is { } line)
        {
            var tab = line.IndexOf('\t', StringComparison.Ordinal);
            var (url, urn) = (line[..tab], line[(tab + 1)..]);
            pairs.Add((url, urn));
            pairs.Add((urn, url));
        }

        return pairs.Distinct().ToLookup(static pair => pair.Name, static pair => pair.Other, StringComparer.Ordinal);
    }
}
