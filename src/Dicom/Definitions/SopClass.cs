// Storage SOP classes of PS3.4 B.5 and what else is kept in files (PS3.4 GG, PS3.10).

using System.Collections.Frozen;

namespace FhirHub.Dicom;

/// <summary>A SOP class whose instances are stored.</summary>
/// <param name="Uid">Its UID.</param>
/// <param name="Name">Its name in PS3.6 A.</param>
/// <param name="IsRetired">Whether the standard has retired it.</param>
public sealed record SopClass(string Uid, string Name, bool IsRetired)
{
    private static readonly FrozenDictionary<string, SopClass> ByUid = Load();

    /// <summary>All that are known.</summary>
    public static IReadOnlyCollection<SopClass> All => ByUid.Values;

    /// <summary>The one with a UID; null if the standard has none, as for the private ones of vendors.</summary>
    public static SopClass? Find(string uid) => ByUid.GetValueOrDefault(uid);

    private static FrozenDictionary<string, SopClass> Load()
    {
        using var stream = typeof(SopClass).Assembly.GetManifestResourceStream("SopClasses.tsv")!;
        using var reader = new StreamReader(stream);
        var classes = new List<SopClass>();
        while (reader.ReadLine() is { } line)
        {
            var fields = line.Split('\t');
            classes.Add(new(fields[0], fields[1], fields.Length > 2));
        }

        return classes.ToFrozenDictionary(sopClass => sopClass.Uid, StringComparer.Ordinal);
    }
}
