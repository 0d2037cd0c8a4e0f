// The code system that a code element leaves unsaid, from the value set that binds it.

namespace FhirHub.Model;

/// <summary>Code systems of the R4 value sets that draw on one only.</summary>
public static class ValueSetSystems
{
    private static readonly Lazy<Dictionary<string, string>> Systems = new(Load);

    /// <summary>The system of that value set, whose canonical may have a version; null if it has several or is not known.</summary>
    public static string? Find(string valueSet)
    {
        var bar = valueSet.IndexOf('|', StringComparison.Ordinal);
        return Systems.Value.GetValueOrDefault(bar < 0 ? valueSet : valueSet[..bar]);
    }

    private static Dictionary<string, string> Load()
    {
        using var reader = new StreamReader(DefinitionsReader.Open("valueset-systems.tsv"));
        var systems = new Dictionary<string, string>(StringComparer.Ordinal);
        while (reader.ReadLine() is { } line)
        {
            var tab = line.IndexOf('\t', StringComparison.Ordinal);
            systems[line[..tab]] = line[(tab + 1)..];
        }

        return systems;
    }
}
