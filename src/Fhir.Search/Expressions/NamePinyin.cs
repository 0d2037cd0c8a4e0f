// The readings of a person's name for parts of the house that index names themselves, as the image service does.

namespace FhirHub.Search;

/// <summary>Pinyin of names in Chinese characters.</summary>
public static class NamePinyin
{
    /// <summary>
    /// The forms by which a person's name is found: all readings of the surname with the likeliest of the given name, apart and together, and
    /// the initials, in small letters. None for a name without Chinese characters.
    /// </summary>
    /// <param name="name">The name; a caret (DICOM PS3.5 6.2.1) parts surname and given name, where they are known apart.</param>
    public static IReadOnlyList<string> Of(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var folded = StringFolding.Fold(name);
        var caret = folded.IndexOf('^', StringComparison.Ordinal);
        return caret < 0
            ? NameReadings.OfPerson(folded, null)
            : NameReadings.OfPerson(folded.Replace("^", "", StringComparison.Ordinal), folded[..caret]);
    }
}
