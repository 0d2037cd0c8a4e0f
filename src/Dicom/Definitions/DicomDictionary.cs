// The dictionary of data elements (PS3.6, PS3.7) and of vendors' private ones, as build/dicom.mjs compiled it.

using System.Collections.Frozen;
using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace FhirHub.Dicom;

/// <summary>What the dictionary says of a data element.</summary>
/// <param name="Tag">Its tag, or the first one of a repeating group.</param>
/// <param name="Keyword">Its keyword, empty where it has none.</param>
/// <param name="VRs">Its VR; several where the data decide.</param>
/// <param name="Vm">How many values it has, such as <c>1-n</c>.</param>
/// <param name="IsRetired">Whether the standard has retired it.</param>
public sealed record DictionaryEntry(DicomTag Tag, string Keyword, IReadOnlyList<DicomVR> VRs, string Vm, bool IsRetired)
{
    /// <summary>The keyword in words: the dictionary's source has no other name.</summary>
    public string Name => Words(Keyword);

    private static string Words(string keyword)
    {
        var words = new StringBuilder(keyword.Length + 8);
        for (var i = 0; i < keyword.Length; i++)
        {
            if (i > 0 && char.IsAsciiLetterUpper(keyword[i]) && (!char.IsAsciiLetterUpper(keyword[i - 1]) || (i + 1 < keyword.Length && char.IsAsciiLetterLower(keyword[i + 1]))))
                words.Append(' ');
            words.Append(keyword[i]);
        }

        return words.ToString();
    }
}

/// <summary>The dictionary of data elements.</summary>
public static class DicomDictionary
{
    private static readonly Tables Loaded = Load();

    /// <summary>All elements of the standard, repeating groups once.</summary>
    public static IEnumerable<DictionaryEntry> All => Loaded.ByTag.Values.Concat(Loaded.Repeating.Select(repeating => repeating.Entry));

    /// <summary>The number of private elements.</summary>
    public static int PrivateCount => Loaded.PrivateCount;

    /// <summary>What the standard says of a tag, also of one in a repeating group; null if nothing.</summary>
    public static DictionaryEntry? Find(DicomTag tag)
    {
        if (Loaded.ByTag.TryGetValue(tag.Value, out var entry))
            return entry;
        if (tag.IsPrivate)
            return null;
        foreach (var (mask, repeated) in Loaded.Repeating)
        {
            if ((tag.Value & mask) == repeated.Tag.Value)
                return repeated;
        }

        return null;
    }

    /// <summary>The element of a keyword, case-sensitive as the standard has it; null if there is none.</summary>
    public static DictionaryEntry? Find(string keyword) => Loaded.ByKeyword.GetValueOrDefault(keyword);

    /// <summary>What the vendor <paramref name="creator"/> says of a private element; null if that is not known.</summary>
    public static DictionaryEntry? FindPrivate(string creator, DicomTag tag)
    {
        if (!Loaded.Private.TryGetValue((creator, (byte)tag.Element), out var candidates))
            return null;
        foreach (var (last, entry) in candidates)
        {
            if (tag.Group >= entry.Tag.Group && tag.Group <= last)
                return entry;
        }

        return null;
    }

    private static Tables Load()
    {
        using var resource = typeof(DicomDictionary).Assembly.GetManifestResourceStream("dictionary.tsv.br")!;
        using var reader = new StreamReader(new BrotliStream(resource, CompressionMode.Decompress), Encoding.UTF8);
        var byTag = new Dictionary<uint, DictionaryEntry>(6000);
        var byKeyword = new Dictionary<string, DictionaryEntry>(6000, StringComparer.Ordinal);
        var repeating = new List<(uint Mask, DictionaryEntry Entry)>();
        var privates = new Dictionary<(string, byte), List<(ushort, DictionaryEntry)>>(3000);
        var vrLists = new Dictionary<string, DicomVR[]>(StringComparer.Ordinal);
        var vms = new Dictionary<string, string>(StringComparer.Ordinal);
        var privateCount = 0;

        while (reader.ReadLine() is { } line)
        {
            if (line.Length == 0)
                continue;
            var fields = line.Split('\t');
            if (fields[0] == "E")
            {
                var entry = new DictionaryEntry(new(Hex(fields[1])), fields[6], VRs(fields[3]), Vm(fields[4]), fields[5] == "1");
                var mask = Hex(fields[2]);
                if (mask == uint.MaxValue)
                    byTag.Add(entry.Tag.Value, entry);
                else
                    repeating.Add((mask, entry));
                if (entry.Keyword.Length > 0 && (!byKeyword.TryGetValue(entry.Keyword, out var other) || other.IsRetired))
                    byKeyword[entry.Keyword] = entry;
                continue;
            }

            var element = (byte)Hex(fields[3]);
            var privateEntry = new DictionaryEntry(new((ushort)Hex(fields[1]), element), fields[7], VRs(fields[4]), Vm(fields[5]), IsRetired: false);
            var key = (fields[6], element);
            if (!privates.TryGetValue(key, out var entries))
                privates.Add(key, entries = []);
            entries.Add(((ushort)Hex(fields[2]), privateEntry));
            privateCount++;
        }

        return new(
            byTag.ToFrozenDictionary(),
            byKeyword.ToFrozenDictionary(StringComparer.Ordinal),
            [.. repeating],
            privates.ToFrozenDictionary(pair => pair.Key, pair => pair.Value.ToArray()),
            privateCount);

        string Vm(string text) => vms.TryGetValue(text, out var vm) ? vm : vms[text] = text;

        DicomVR[] VRs(string text) => vrLists.TryGetValue(text, out var list)
            ? list
            : vrLists[text] = [.. text.Split('|').Select(code => DicomVRFacts.Parse(code))];
    }

    private static uint Hex(string text) => uint.Parse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    private sealed record Tables(
        FrozenDictionary<uint, DictionaryEntry> ByTag,
        FrozenDictionary<string, DictionaryEntry> ByKeyword,
        (uint Mask, DictionaryEntry Entry)[] Repeating,
        FrozenDictionary<(string Creator, byte Element), (ushort LastGroup, DictionaryEntry Entry)[]> Private,
        int PrivateCount);
}
