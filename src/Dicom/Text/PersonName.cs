// Person names: up to three groups of up to five components (PS3.5 6.2.1).

namespace FhirHub.Dicom;

/// <summary>One component group of a person name.</summary>
/// <param name="Family">The family name complex.</param>
/// <param name="Given">The given name complex.</param>
/// <param name="Middle">The middle name.</param>
/// <param name="Prefix">The name prefix.</param>
/// <param name="Suffix">The name suffix.</param>
public sealed record PersonNameGroup(string Family, string Given = "", string Middle = "", string Prefix = "", string Suffix = "")
{
    /// <summary>Reads components between carets; what is behind the fifth stays with it.</summary>
    public static PersonNameGroup Parse(string text)
    {
        var parts = text.Split('^', 5);
        return new(Part(0), Part(1), Part(2), Part(3), Part(4));

        string Part(int at) => at < parts.Length ? parts[at].Trim(' ') : "";
    }

    /// <summary>The components between carets, without those that are empty at the end.</summary>
    public override string ToString() => $"{Family}^{Given}^{Middle}^{Prefix}^{Suffix}".TrimEnd('^');
}

/// <summary>A value of VR PN (PS3.5 6.2.1); groups that are empty are null.</summary>
/// <param name="Alphabetic">In letters of an alphabet.</param>
/// <param name="Ideographic">In ideographs.</param>
/// <param name="Phonetic">As it sounds.</param>
public sealed record PersonName(PersonNameGroup? Alphabetic, PersonNameGroup? Ideographic = null, PersonNameGroup? Phonetic = null)
{
    /// <summary>Reads one value; what is behind the third group is left out.</summary>
    public static PersonName Parse(string text)
    {
        var (alphabetic, ideographic, phonetic) = Groups(text);
        return new(Group(alphabetic), Group(ideographic), Group(phonetic));

        static PersonNameGroup? Group(string group) => group.Length > 0 ? PersonNameGroup.Parse(group) : null;
    }

    /// <summary>The groups between equals signs, without those that are empty at the end.</summary>
    public override string ToString() => $"{Alphabetic}={Ideographic}={Phonetic}".TrimEnd('=');

    /// <summary>Whether all that it has are signs between nothing.</summary>
    internal static bool IsEmpty(string text) => !text.AsSpan().ContainsAnyExcept("^= ");

    /// <summary>The groups as they are written, without carets that part nothing.</summary>
    internal static (string Alphabetic, string Ideographic, string Phonetic) Groups(string text)
    {
        var parts = text.Split('=', 4);
        return (Part(0), Part(1), Part(2));

        string Part(int at) => at < parts.Length ? parts[at].TrimEnd(' ', '^') : "";
    }
}
