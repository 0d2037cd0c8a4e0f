// Entries of an expansion: codes and displays come from the table's bytes, everything else only where it is asked for.

namespace FhirHub.Terminology;

internal sealed partial class ExpansionWriter
{
    private static readonly CodingValue DisplayUse = new("http://terminology.hl7.org/CodeSystem/designation-usage", null, "display");

    private readonly List<DesignationToken> _designations = [];

    // Whether more than code and display is asked for, so that concepts have to be looked at as such.
    private bool IsPlain => _request is { DisplayLanguage.IsNone: true, Properties.Count: 0 } && !WritesDesignations;

    private bool WritesDesignations => _request.IncludeDesignations ?? _designations.Count > 0;

    private void WriteFlat()
    {
        foreach (var entry in _expansion.Entries)
        {
            BeginEntry(entry);
            EndEntry();
        }
    }

    /// <summary>Begins an entry; what it contains may follow.</summary>
    internal void BeginEntry(in ExpansionEntry entry)
    {
        var text = _parts.GetValueOrDefault(entry.Part) ?? Known(entry.Part);
        _json.WriteStartObject();
        if (!IsPlain && _request.Properties.Count > 0 && entry.Concept is { } concept)
            WriteProperties(entry, concept);
        _json.WriteString("system"u8, text.System);
        if (text.Table is { } table)
        {
            if (table.IsAbstract(entry.Ordinal))
                _json.WriteBoolean("abstract"u8, true);
            if (table.IsInactive(entry.Ordinal))
                _json.WriteBoolean("inactive"u8, true);
        }
        else
        {
            if (entry.Listed!.IsAbstract)
                _json.WriteBoolean("abstract"u8, true);
            if (entry.Listed.IsInactive)
                _json.WriteBoolean("inactive"u8, true);
        }

        if (text.Version is { } version)
            _json.WriteString("version"u8, version);
        if (!IsPlain)
            WriteNames(entry, text);
        else if (text.Table is { } plain)
            WritePlain(plain, entry.Ordinal);
        else
            WritePlain(entry.Listed!);
    }

    internal void EndEntry() => _json.WriteEndObject();

    /// <summary>Begins the entries below the one that was begun last.</summary>
    internal void BeginContained() => _json.WriteStartArray("contains"u8);

    internal void EndContained() => _json.WriteEndArray();

    // A view of the content has parts of its own.
    private PartText Known(ContentPart part)
    {
        var like = _parts.FirstOrDefault(known => known.Key.Origin == part.Origin);
        var text = new PartText(part, like.Value?.Version is not null);
        _parts.Add(part, text);
        return text;
    }

    private void WritePlain(ConceptTable table, int ordinal)
    {
        _json.WriteString("code"u8, table.CodeUtf8(ordinal));
        var display = table.DisplayUtf8(ordinal);
        if (!display.IsEmpty)
            _json.WriteString("display"u8, display);
    }

    private void WritePlain(ListedConcept listed)
    {
        _json.WriteString("code"u8, listed.Code);
        if ((listed.Display ?? listed.Concept?.Display) is { } display)
            _json.WriteString("display"u8, display);
    }

    private void WriteNames(in ExpansionEntry entry, PartText text)
    {
        var concept = entry.Concept;
        var own = entry.Listed?.Display is { Length: > 0 } listed ? listed : null;
        var (display, language) = own is null ? (concept?.Display, text.Language) : (own, _expansion.Content.Resource.Exists ? _expansion.Content.Resource.ChildValue("language") ?? text.Language : text.Language);
        IReadOnlyList<Designation> designations = (entry.Listed?.Designations, concept?.Designations) switch
        {
            ({ Count: > 0 } first, { Count: > 0 } then) => [.. first, .. then],
            ({ Count: > 0 } first, _) => first,
            (_, { } then) => then,
            _ => [],
        };
        if (own is not null && concept?.Display is { } general && general != own)
            designations = [.. designations, new Designation(general, text.Language, DisplayUse)];
        var chosen = DisplayChoice.Of(_request.DisplayLanguage, display, language, designations).Display;
        _json.WriteString("code"u8, entry.Code);
        if (chosen is not null)
            _json.WriteString("display"u8, chosen);
        if (WritesDesignations)
            WriteDesignations(chosen == display || display is null ? designations : [new Designation(display, language, DisplayUse), .. designations]);
    }

    private void WriteDesignations(IReadOnlyList<Designation> designations)
    {
        var any = false;
        foreach (var designation in designations)
        {
            if (_designations.Count > 0 && !_designations.Exists(token => token.Wants(designation)))
                continue;
            if (!any)
                _json.WriteStartArray("designation"u8);
            any = true;
            _json.WriteStartObject();
            if (designation.Language is { } language)
                _json.WriteString("language"u8, language);
            if (designation.Use is { } use)
            {
                _json.WritePropertyName("use"u8);
                WriteCoding(use);
            }

            _json.WriteString("value"u8, designation.Value);
            _json.WriteEndObject();
        }

        if (any)
            _json.WriteEndArray();
    }

    private void WriteCoding(CodingValue coding)
    {
        _json.WriteStartObject();
        if (coding.System is not null)
            _json.WriteString("system"u8, coding.System);
        if (coding.Version is not null)
            _json.WriteString("version"u8, coding.Version);
        _json.WriteString("code"u8, coding.Code);
        if (coding.Display is not null)
            _json.WriteString("display"u8, coding.Display);
        _json.WriteEndObject();
    }

    private void WriteProperties(in ExpansionEntry entry, Concept concept)
    {
        var any = false;
        foreach (var property in Wanted(concept, entry.Part.CodeSystem?.Table))
        {
            if (!any)
                _json.WriteStartArray("extension"u8);
            any = true;
            _json.WriteStartObject();
            _json.WriteString("url"u8, ContainsPropertyExtension);
            _json.WriteStartArray("extension"u8);
            WriteExtension("code", "Code", property.Code);
            _json.WriteStartObject();
            _json.WriteString("url"u8, "value"u8);
            if (property.Coding is { } coding)
            {
                _json.WritePropertyName("valueCoding"u8);
                WriteCoding(coding);
            }
            else
            {
                WriteValue(property.Type.ToString(), property.Text);
            }

            _json.WriteEndObject();
            _json.WriteEndArray();
            _json.WriteEndObject();
        }

        if (any)
            _json.WriteEndArray();
    }

    private IEnumerable<ConceptProperty> Wanted(Concept concept, ConceptTable? table)
    {
        var properties = concept.Properties;
        if (_request.Properties.Contains("*"))
            return properties;
        return _request.Properties.Distinct(StringComparer.Ordinal).SelectMany(code =>
        {
            ConceptProperty[] stored = [.. properties.Where(property => property.Code == code)];
            return stored.Length > 0 ? stored : WorkedOut(code, concept, table);
        });
    }

    // What is a property in R5's list of them and no property of the code system (R4 codesystem-concept-properties.html).
    private static IEnumerable<ConceptProperty> WorkedOut(string code, Concept concept, ConceptTable? table) => code switch
    {
        "definition" when concept.Definition is { } definition => [new ConceptProperty(code, PropertyType.String, definition)],
        "inactive" => [new ConceptProperty(code, PropertyType.Boolean, concept.IsInactive ? "true" : "false")],
        "notSelectable" => [new ConceptProperty(code, PropertyType.Boolean, concept.IsAbstract ? "true" : "false")],
        "parent" when table is not null => table.Parents(concept.Ordinal).ToArray().Select(parent => new ConceptProperty(code, PropertyType.Code, table.Code(parent))),
        "child" when table is not null => table.Children(concept.Ordinal).ToArray().Select(child => new ConceptProperty(code, PropertyType.Code, table.Code(child))),
        _ => [],
    };

    /// <summary>A language or a use that designations are wanted in.</summary>
    private sealed record DesignationToken(string? System, string Code)
    {
        private const string Languages = "urn:ietf:bcp:47";

        public static DesignationToken Read(string token)
        {
            var bar = token.IndexOf('|', StringComparison.Ordinal);
            return bar < 0 ? new DesignationToken(null, token) : new DesignationToken(token[..bar], token[(bar + 1)..]);
        }

        public bool Wants(Designation designation)
        {
            if (System is null or Languages && LanguagePreference.Parse(Code).Accepts(designation.Language))
                return true;
            return System != Languages && designation.Use is { } use && (System is null || use.System == System) && (Code.Length == 0 || use.Code == Code);
        }
    }
}
