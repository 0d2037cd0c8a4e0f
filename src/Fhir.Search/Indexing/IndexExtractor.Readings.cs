// Readings of names in Chinese characters, so that people are found by pinyin.

using FhirHub.Model;

namespace FhirHub.Search;

public sealed partial class IndexExtractor
{
    // In UTF-8, U+3000 and above.
    private const byte FirstByteOfHan = 0xE3;

    private readonly bool _pinyin;

    // What of a name an element holds, by the number of the element.
    private readonly NamePart[] _nameParts;

    private enum NamePart : byte
    {
        None,
        Whole,
        Family,
        Given,
        Organization,
    }

    private static NamePart[] NamePartsOf(Schema schema)
    {
        var parts = new NamePart[schema.Elements.Count];
        foreach (var element in schema.Elements)
        {
            parts[element.Index] = element.Path switch
            {
                "HumanName.text" => NamePart.Whole,
                "HumanName.family" => NamePart.Family,
                "HumanName.given" => NamePart.Given,
                "Organization.name" or "Organization.alias" or "Location.name" or "Location.alias" or "HealthcareService.name"
                    or "CareTeam.name" or "InsurancePlan.name" or "InsurancePlan.alias" => NamePart.Organization,
                _ => NamePart.None,
            };
        }

        return parts;
    }

    // A parameter that looks at one part of a name.
    private void AddReadings(SearchParameter parameter, ElementNode node, List<IndexEntry> entries)
    {
        var part = node.Definition is { } definition ? _nameParts[definition.Index] : NamePart.None;
        if (!_pinyin || part == NamePart.None || FoldedHan(node) is not { } folded)
            return;
        AddReadings(
            parameter,
            part switch
            {
                NamePart.Whole => NameReadings.OfPerson(folded, null),
                NamePart.Family => NameReadings.OfSurname(folded),
                _ => NameReadings.Of(folded),
            },
            isMain: true,
            entries);
    }

    // A parameter that looks at whole names: by the name from its start, and by each given name.
    private void AddNameReadings(SearchParameter parameter, ElementNode name, List<IndexEntry> entries)
    {
        if (!_pinyin)
            return;
        var text = FoldedHan(name.Child("text"));
        var family = FoldedHan(name.Child("family"));
        var given = "";
        foreach (var part in name.ChildrenOf("given"))
        {
            if (FoldedHan(part) is not { } folded)
                continue;
            given += folded;
            AddReadings(parameter, NameReadings.Of(folded, initials: false), isMain: false, entries);
        }

        var parts = family + given;
        var isTextMain = family is null || given.Length == 0;
        if (parts.Length > 0 && parts != text)
            AddReadings(parameter, family is null ? NameReadings.Of(parts) : NameReadings.OfPerson(parts, family), text is null || !isTextMain, entries);
        if (text is not null)
            AddReadings(parameter, NameReadings.OfPerson(text, family), isTextMain || parts == text, entries);
    }

    // The bytes tell first: names in Latin letters, which most stores are full of, should cost next to nothing.
    private string? FoldedHan(ElementNode part) =>
        part.Exists && (part.IsEscaped || part.RawValue.ContainsAnyInRange(FirstByteOfHan, byte.MaxValue))
        && Pooled(part, _folded) is { } folded && Pinyin.HasHan(folded) ? folded : null;

    private static void AddReadings(SearchParameter parameter, IReadOnlyList<string> readings, bool isMain, List<IndexEntry> entries)
    {
        for (var i = 0; i < readings.Count; i++)
            entries.Add(new StringEntry(parameter, readings[i], "") { Reading = i == 0 && isMain ? NameReading.Main : NameReading.Other });
    }
}
