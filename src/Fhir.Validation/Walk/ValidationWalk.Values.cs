// What is wrong with a value whatever profile it stands under: dates out of range, identifiers, units, sizes.

using FhirHub.Model;

namespace FhirHub.Validation;

internal sealed partial class ValidationWalk
{
    private const int FirstSaneYear = 1800;
    private const int SaneYearsAhead = 80;

    private static readonly ValueFamily[] Families = FamiliesByType();

    private DateTimeOffset? _now;
    private string? _tomorrow;

    // What CheckValue looks at, by type, so that most elements cost one look into a table.
    private enum ValueFamily : byte
    {
        None,
        Date,
        String,
        Uri,
        Canonical,
        Base64,
        Quantity,
        Identifier,
        Attachment,
        Coding,
        ContactPoint,
        Narrative,
        Meta,
        SampledData,
        Reference,
        Expression,
    }

    /// <summary>True to tell what a good resource should have and need not.</summary>
    internal bool ReportsBestPractice => request.BestPractice;

    /// <summary>Checks a value for itself, called once for each element of a resource.</summary>
    private void CheckValue(ElementNode node)
    {
        switch (Families[node.Type.Index])
        {
            case ValueFamily.Date:
                CheckDate(node);
                break;
            case ValueFamily.String:
                CheckString(node);
                break;
            case ValueFamily.Uri or ValueFamily.Canonical:
                CheckUri(node);
                break;
            case ValueFamily.Base64:
                if (node.RawValue.Contains((byte)' ') || (node.IsEscaped && node.GetString().AsSpan().ContainsAny(" \t\r\n")))
                    Report(node, IssueSeverity.Information, "informational", ValueMessages.Base64Space);
                break;
            case ValueFamily.Quantity:
                QuantityRules.Check(this, node);
                break;
            case ValueFamily.Identifier:
                IdentifierRules.Check(this, node);
                break;
            case ValueFamily.Attachment:
                AttachmentRules.Check(this, node);
                break;
            case ValueFamily.Coding:
                CheckCodingSystem(node);
                break;
            case ValueFamily.ContactPoint:
                CheckContactPoint(node);
                break;
            case ValueFamily.Narrative:
                CheckNarrative(node);
                break;
            case ValueFamily.Meta:
                CheckMeta(node);
                break;
            case ValueFamily.SampledData:
                CheckSampledData(node);
                break;
            case ValueFamily.Reference:
                CheckReferenceForm(node);
                break;
            case ValueFamily.Expression:
                CanonicalRules.CheckExpressionType(this, node);
                break;
        }
    }

    private static ValueFamily[] FamiliesByType()
    {
        var families = new ValueFamily[Schema.R4.Types.Count];
        foreach (var type in Schema.R4.Types)
        {
            families[type.Index] = type.Primitive switch
            {
                PrimitiveKind.Date or PrimitiveKind.DateTime or PrimitiveKind.Instant => ValueFamily.Date,
                PrimitiveKind.String => ValueFamily.String,
                PrimitiveKind.Uri or PrimitiveKind.Url => ValueFamily.Uri,
                PrimitiveKind.Canonical => ValueFamily.Canonical,
                PrimitiveKind.Base64Binary => ValueFamily.Base64,
                _ => type.Name switch
                {
                    "Quantity" or "Age" or "Count" or "Distance" or "Duration" => ValueFamily.Quantity,
                    "Identifier" => ValueFamily.Identifier,
                    "Attachment" => ValueFamily.Attachment,
                    "Coding" => ValueFamily.Coding,
                    "ContactPoint" => ValueFamily.ContactPoint,
                    "Narrative" => ValueFamily.Narrative,
                    "Meta" => ValueFamily.Meta,
                    "SampledData" => ValueFamily.SampledData,
                    "Reference" => ValueFamily.Reference,
                    "Expression" => ValueFamily.Expression,
                    _ => ValueFamily.None,
                },
            };
        }

        return families;
    }

    private void CheckDate(ElementNode node)
    {
        var value = node.RawValue;
        if (value.Length < 4 || !System.Buffers.Text.Utf8Parser.TryParse(value[..4], out int year, out _))
            return;
        var now = _now ??= settings.TimeProvider.GetUtcNow();
        if (year < FirstSaneYear || year > now.Year + SaneYearsAhead)
        {
            Report(node, IssueSeverity.Warning, "value", ValueMessages.DateRange, node.GetString() ?? "", FirstSaneYear.ToString(), (now.Year + SaneYearsAhead).ToString());
            return;
        }

        // Somewhere it is tomorrow already: zones reach 14 hours ahead.
        if (node.Definition is { Name: "birthDate" or "deceased" } && node.GetString() is { } date
            && string.CompareOrdinal(date, 0, _tomorrow ??= now.AddHours(14).ToString("yyyy-MM-dd"), 0, Math.Min(date.Length, 10)) > 0)
        {
            Report(node, IssueSeverity.Warning, "value", ValueMessages.DateInFuture, date);
        }
    }

    private void CheckString(ElementNode node)
    {
        var raw = node.RawValue;
        if (raw.IsEmpty)
            return;
        var isPadded = node.IsEscaped
            ? node.GetString() is { Length: > 0 } text && (char.IsWhiteSpace(text[0]) || char.IsWhiteSpace(text[^1]))
            : raw[0] <= (byte)' ' || raw[^1] <= (byte)' ';
        if (isPadded)
            Report(node, IssueSeverity.Warning, "value", ValueMessages.PaddedString);
    }

    private void CheckUri(ElementNode node)
    {
        if (!node.RawValue.StartsWith("urn:"u8))
        {
            if (Families[node.Type.Index] == ValueFamily.Canonical)
                CheckCanonicalForm(node);
            return;
        }

        var text = node.GetString() ?? "";
        var uri = UriRules.WithoutSuffix(text);
        if (UriRules.IsFaultyOid(uri))
            Report(node, IssueSeverity.Error, "value", ValueMessages.Oid, text);
        else if (UriRules.IsFaultyUuid(uri))
            Report(node, IssueSeverity.Error, "value", ValueMessages.Uuid, text);
        else if (UriRules.IsCapitalUuid(uri))
            Report(node, IssueSeverity.Warning, "value", ValueMessages.CapitalUuid, text);
    }

    // R4 says that canonical URLs are absolute, and its own examples have relative ones.
    private void CheckCanonicalForm(ElementNode node)
    {
        if (node.GetString() is { } canonical && !canonical.StartsWith('#') && !UriRules.IsAbsolute(canonical))
            Report(node, IssueSeverity.Warning, "value", ReferenceMessages.RelativeCanonical, canonical);
    }

    private void CheckCodingSystem(ElementNode coding)
    {
        var system = coding.Child("system");
        if (!system.Exists)
            return;
        // Codings are many, and their systems are nearly always of these forms: no string is made of them.
        var raw = system.RawValue;
        if (!system.IsEscaped && (raw.StartsWith("http://"u8) || raw.StartsWith("https://"u8) || raw.StartsWith("urn:"u8)) && raw.IndexOf("/ValueSet/"u8) < 0)
            return;
        if (system.GetString() is not { } name)
            return;
        if (!UriRules.IsAbsolute(name))
            Report(system, IssueSeverity.Error, "value", ValueMessages.CodingSystem, name);
        else if (name.Contains("/ValueSet/", StringComparison.Ordinal) && TryGetCodeSystem(name, null, out var codeSystem) && codeSystem is null)
            Report(system, IssueSeverity.Error, "value", ValueMessages.ValueSetAsSystem, name);
    }

    private void CheckContactPoint(ElementNode contact)
    {
        var value = contact.Child("value");
        if (!value.Exists || value.GetString() is not { } text || contact.ChildValue("system") is not { } system)
            return;
        var fault = system switch
        {
            "email" when !IsEmail(text) => ValueMessages.Email,
            "url" when !UriRules.IsAbsolute(text) || text.Contains(' ', StringComparison.Ordinal) => ValueMessages.ContactUrl,
            "phone" or "fax" or "sms" or "pager" when text.AsSpan().IndexOfAnyInRange('0', '9') < 0 && !text.StartsWith("tel:", StringComparison.Ordinal) => ValueMessages.Phone,
            _ => null,
        };
        if (fault is not null)
            Report(value, IssueSeverity.Warning, "value", fault, text);
    }

    private static bool IsEmail(string text)
    {
        var address = text.StartsWith("mailto:", StringComparison.OrdinalIgnoreCase) ? text.AsSpan(7) : text.AsSpan();
        // "Name <someone@example.org>" is what mail programs write.
        if (address.EndsWith(">") && address.LastIndexOf('<') is >= 0 and var start)
            address = address[(start + 1)..^1];
        var at = address.IndexOf('@');
        return at > 0 && at < address.Length - 1 && at == address.LastIndexOf('@') && !address.ContainsAny(' ', '\t');
    }

    private void CheckNarrative(ElementNode narrative)
    {
        if (narrative.Child("div") is not { Exists: true } div || narrative.Resource.ChildValue("language") is not { } language)
            return;
        // The div's own start tag tells; it is short, and the parser has judged the rest.
        var text = div.GetString() ?? "";
        var end = text.IndexOf('>', StringComparison.Ordinal);
        var start = text.AsSpan(0, Math.Max(end, 0));
        if (LanguageOf(start, " xml:lang=") is { Length: > 0 } told && !told.Equals(language, StringComparison.OrdinalIgnoreCase))
            Report(div, IssueSeverity.Warning, "value", ValueMessages.NarrativeLanguage, told.ToString(), language);
        else if (LanguageOf(start, " lang=") is { Length: > 0 } html && !html.Equals(language, StringComparison.OrdinalIgnoreCase))
            Report(div, IssueSeverity.Warning, "value", ValueMessages.NarrativeLanguage, html.ToString(), language);
    }

    private static ReadOnlySpan<char> LanguageOf(ReadOnlySpan<char> tag, ReadOnlySpan<char> attribute)
    {
        var at = tag.IndexOf(attribute);
        if (at < 0 || at + attribute.Length >= tag.Length)
            return default;
        var value = tag[(at + attribute.Length)..];
        var end = value[1..].IndexOf(value[0]);
        return end < 0 ? default : value.Slice(1, end);
    }

    private void CheckMeta(ElementNode meta)
    {
        CheckLabels(meta, "security");
        CheckLabels(meta, "tag");
        var profiles = default(HashSet<string>);
        foreach (var profile in meta.ChildrenOf("profile"))
        {
            if (profile.GetString() is { } canonical && !(profiles ??= new HashSet<string>(StringComparer.Ordinal)).Add(canonical))
                Report(profile, IssueSeverity.Warning, "duplicate", ValueMessages.DuplicateLabel, canonical);
        }
    }

    private void CheckLabels(ElementNode meta, string name)
    {
        var seen = default(HashSet<(string?, string?)>);
        foreach (var label in meta.ChildrenOf(name))
        {
            var (system, code) = (label.ChildValue("system"), label.ChildValue("code"));
            if (code is not null && !(seen ??= []).Add((system, code)))
                Report(label, IssueSeverity.Warning, "duplicate", ValueMessages.DuplicateLabel, $"{system}|{code}");
        }
    }

    private void CheckSampledData(ElementNode sampled)
    {
        if (sampled.Child("data") is not { Exists: true } data || data.GetString() is not { } text)
            return;
        var count = 0;
        foreach (var range in text.AsSpan().SplitAny(' ', '\t', '\r', '\n'))
        {
            var sample = text.AsSpan(range);
            if (sample.IsEmpty)
                continue;
            count++;
            if (sample is not ("E" or "U" or "L") && !decimal.TryParse(sample, System.Globalization.NumberStyles.Float, null, out _))
            {
                Report(data, IssueSeverity.Error, "value", ValueMessages.SampledValue, sample.Length <= 40 ? sample.ToString() : sample[..40].ToString());
                return;
            }
        }

        if (sampled.Child("dimensions") is { Exists: true } dimensions && dimensions.GetDecimal() is { } perPoint and > 0 && count % perPoint != 0)
            Report(data, IssueSeverity.Error, "value", ValueMessages.SampledCount, count.ToString(), dimensions.GetString() ?? "");
    }
}
