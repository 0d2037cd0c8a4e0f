// Tokens, strings and URIs.

using FhirHub.Model;

namespace FhirHub.Search;

public sealed partial class IndexExtractor
{
    // The system of booleans (R4 search.html#token).
    private const string SpecialValues = "http://terminology.hl7.org/CodeSystem/special-values";

    private static readonly string[] NameParts = ["family", "given", "prefix", "suffix", "text"];
    private static readonly string[] AddressParts = ["line", "city", "district", "state", "country", "postalCode", "text"];

    // Systems and codes come from small sets; so do displays, which are folded for :text.
    private readonly Utf8StringPool _strings = new();
    private readonly Utf8StringPool _folded = new(StringFolding.Fold);

    // By element: the code system that its required value set implies; empty for none, null for not yet looked up.
    private readonly string?[] _codeSystems;

    private string? Pooled(ElementNode node, string child) => Pooled(node.Child(child));

    private string? Pooled(ElementNode value) => Pooled(value, _strings);

    private string? Folded(ElementNode node, string child) => Pooled(node.Child(child), _folded);

    private static string? Pooled(ElementNode value, Utf8StringPool pool)
    {
        if (!value.Exists || !value.HasValue)
            return null;
        byte[] buffer = [];
        return pool.Get(value.GetUtf8(ref buffer));
    }

    private void AddTokens(SearchParameter parameter, ElementNode node, List<IndexEntry> entries)
    {
        switch (_shapes[node.Type.Index])
        {
            case ValueShape.CodeableConcept:
                foreach (var coding in node.ChildrenOf("coding"))
                    AddCoding(parameter, coding, entries);
                if (Folded(node, "text") is { Length: > 0 } text)
                    entries.Add(new TokenEntry(parameter, null, null, text));
                break;
            case ValueShape.Coding:
                AddCoding(parameter, node, entries);
                break;
            case ValueShape.Identifier:
                AddIdentifier(parameter, node, entries);
                break;
            case ValueShape.ContactPoint:
                if (node.ChildValue("value") is { Length: > 0 } contact)
                    entries.Add(new TokenEntry(parameter, Pooled(node, "use"), contact) { IsMostlyUnique = true });
                break;
            case ValueShape.Boolean when node.HasValue:
                entries.Add(new TokenEntry(parameter, SpecialValues, Pooled(node)));
                break;
            case ValueShape.Code when node.HasValue:
                entries.Add(new TokenEntry(parameter, SystemOf(node.Definition), Pooled(node)));
                break;
            case ValueShape.Text or ValueShape.Uri or ValueShape.Canonical or ValueShape.Id or ValueShape.Number or ValueShape.Date when node.HasValue:
                entries.Add(new TokenEntry(parameter, null, node.GetString()) { IsMostlyUnique = true });
                break;
        }
    }

    private void AddCoding(SearchParameter parameter, ElementNode coding, List<IndexEntry> entries)
    {
        var code = Pooled(coding, "code");
        var display = Folded(coding, "display");
        if (code is not null || display is { Length: > 0 })
            entries.Add(new TokenEntry(parameter, code is null ? null : Pooled(coding, "system"), code, display));
    }

    private void AddIdentifier(SearchParameter parameter, ElementNode identifier, List<IndexEntry> entries)
    {
        var system = Pooled(identifier, "system");
        var value = identifier.ChildValue("value");
        var type = identifier.Child("type");
        var text = type.Exists ? Folded(type, "text") : null;
        if (value is null)
            return;

        var typed = false;
        foreach (var coding in type.ChildrenOf("coding"))
        {
            if (Pooled(coding, "code") is not { } code)
                continue;
            entries.Add(new TokenEntry(parameter, system, value, text ?? Folded(coding, "display"))
            {
                IdentifierType = (Pooled(coding, "system") ?? "", code),
                IsMostlyUnique = true,
            });
            typed = true;
        }

        if (!typed)
            entries.Add(new TokenEntry(parameter, system, value, text) { IsMostlyUnique = true });
    }

    private string? SystemOf(ElementDefinition? element)
    {
        if (element is null)
            return null;
        var system = _codeSystems[element.Index]
            ??= element is { Binding: BindingStrength.Required, ValueSet: { } valueSet } ? ValueSetSystems.Find(valueSet) ?? "" : "";
        return system.Length == 0 ? null : system;
    }

    private void AddStrings(SearchParameter parameter, ElementNode node, List<IndexEntry> entries)
    {
        switch (_shapes[node.Type.Index])
        {
            case ValueShape.HumanName:
                AddParts(parameter, node, NameParts, entries);
                AddNameReadings(parameter, node, entries);
                break;
            case ValueShape.Address:
                AddParts(parameter, node, AddressParts, entries);
                break;
            case ValueShape.CodeableConcept or ValueShape.Coding:
                AddParts(parameter, node, ["text", "display"], entries);
                break;
            case ValueShape.Text or ValueShape.Code or ValueShape.Id or ValueShape.Uri or ValueShape.Canonical:
                AddString(parameter, node, entries);
                AddReadings(parameter, node, entries);
                break;
        }
    }

    private void AddParts(SearchParameter parameter, ElementNode node, string[] parts, List<IndexEntry> entries)
    {
        foreach (var part in parts)
        {
            foreach (var child in node.ChildrenOf(part))
                AddString(parameter, child, entries);
        }
    }

    private void AddString(SearchParameter parameter, ElementNode node, List<IndexEntry> entries)
    {
        if (Pooled(node) is { } exact && Pooled(node, _folded) is { Length: > 0 } folded)
            entries.Add(new StringEntry(parameter, folded, exact));
    }

    private void AddUris(SearchParameter parameter, ElementNode node, List<IndexEntry> entries)
    {
        if (_shapes[node.Type.Index] is not (ValueShape.Uri or ValueShape.Canonical or ValueShape.Text or ValueShape.Id) || Pooled(node) is not { } uri)
            return;
        entries.Add(new UriEntry(parameter, uri));

        // A canonical with a version is also found by its URL alone (R4 references.html#canonical).
        if (_shapes[node.Type.Index] == ValueShape.Canonical && uri.LastIndexOf('|') is > 0 and var bar)
            entries.Add(new UriEntry(parameter, uri[..bar]));
    }
}
