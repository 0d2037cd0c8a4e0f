// The codes of other standards that the build embedded: languages, countries, currencies, names of units (build/codes.mjs writes them).

using System.IO.Compression;
using System.Reflection;

namespace FhirHub.Terminology;

/// <summary>A line of the embedded table: its kind, and fields of which the last ones may be missing.</summary>
internal readonly struct StandardCodeLine(string[] fields)
{
    /// <summary>The letter that says what the line is; build/codes.mjs lists them.</summary>
    public char Kind => fields[0][0];

    /// <summary>A field by its place, from 1; null where it is empty.</summary>
    public string? this[int field] => field < fields.Length && fields[field].Length > 0 ? fields[field] : null;

    /// <summary>The fields from a place on.</summary>
    public ReadOnlySpan<string> From(int field) => field < fields.Length ? fields.AsSpan(field) : default;
}

/// <summary>Reads the embedded table.</summary>
internal static class StandardCodes
{
    /// <summary>The lines, in the order of the table.</summary>
    public static IEnumerable<StandardCodeLine> Read()
    {
        var resource = Assembly.GetExecutingAssembly().GetManifestResourceStream("codes.tsv.br")
            ?? throw new InvalidOperationException("The assembly was built without codes.tsv.br.");
        using var reader = new StreamReader(new BrotliStream(resource, CompressionMode.Decompress));
        while (reader.ReadLine() is { } line)
            yield return new StandardCodeLine(line.Split('\t'));
    }
}
