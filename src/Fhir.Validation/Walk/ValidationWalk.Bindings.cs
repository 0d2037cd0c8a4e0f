// Codes: against the value set that a profile binds them to, and against their own code system.

using FhirHub.Model;

namespace FhirHub.Validation;

internal sealed partial class ValidationWalk
{
    // Codes that a message lists.
    private const int CodesShown = 24;

    // Right displays that a message lists.
    private const int DisplaysShown = 4;

    // What can't be checked is said once, however often it is used.
    private readonly HashSet<string> _uncheckedSaid = new(StringComparer.Ordinal);

    // A concept's binding and its coding's own check follow each other.
    private ElementNode _codingRead;
    private CodingText _codingText;

    // A trial tells nobody.
    private bool Says(string what) => _trial is null && _uncheckedSaid.Add(what);

    /// <summary>Checks an element against a binding (R4 terminologies.html#strength); example bindings and elements without codes pass.</summary>
    private void CheckBinding(ElementNode node, BindingPlan binding, ProfilePlan profile)
    {
        if (binding is { ValueSet: { } valueSet, Strength: BindingStrength.Preferred or BindingStrength.Extensible or BindingStrength.Required })
            CheckBinding(node, valueSet, (BindingForce)(binding.Strength - BindingStrength.Preferred), profile);
        if (binding.MaxValueSet is { } most)
            CheckBinding(node, most, BindingForce.Maximum, profile);
    }

    /// <summary>Checks a Coding against its code system, whatever it is bound to; elements of other types pass.</summary>
    private void CheckCoding(ElementNode node)
    {
        if (node.Type.Name != "Coding" || Read(node) is not { Code: { } code } coding)
            return;
        if (coding.System is not { } system)
        {
            Report(node, IssueSeverity.Warning, "code-invalid", BindingMessages.NoSystem, code);
            return;
        }

        // What can't be a system, or is a value set, is told with the rules of values.
        if (!system.Contains(':', StringComparison.Ordinal) || !TryGetCodeSystem(system, coding.Version, out var codeSystem))
            return;
        if (codeSystem is null)
            SayUnknownSystem(node, system, coding.Version);
        else if (codeSystem.Find(code) is { } concept)
            CheckConcept(node, codeSystem, concept, coding);
        else if (codeSystem.IsComplete)
            SayUnknownCode(node, codeSystem, code);
    }

    private void CheckConcept(ElementNode node, IOpenCodeSystem codeSystem, OpenConcept concept, CodingText coding)
    {
        if (concept.IsInactive)
            Report(node, IssueSeverity.Warning, "business-rule", BindingMessages.Inactive, codeSystem.Name, concept.Code);
        else if (concept.IsDeprecated)
            Report(node, IssueSeverity.Information, "business-rule", BindingMessages.Deprecated, codeSystem.Name, concept.Code);
        if (concept.IsAbstract)
            Report(node, IssueSeverity.Warning, "business-rule", BindingMessages.Abstract, codeSystem.Name, concept.Code);
        if (coding.Display is not { } display || concept.Displays.Count == 0 || concept.IsCalled(display))
            return;
        var right = string.Join(", ", concept.Displays.Take(DisplaysShown).Select(static text => $"'{text}'"));
        Report(node.Child("display"), IssueSeverity.Warning, "invalid", BindingMessages.WrongDisplay, codeSystem.Name, concept.Code, display, right);
    }

    private void SayUnknownCode(ElementNode node, IOpenCodeSystem codeSystem, string code)
    {
        foreach (var other in (ReadOnlySpan<string>)[code.ToLowerInvariant(), code.ToUpperInvariant()])
        {
            if (codeSystem.Find(other) is { } concept)
            {
                Report(node, IssueSeverity.Error, "code-invalid", BindingMessages.UnknownCodeInOtherCase, codeSystem.Name, code, concept.Code);
                return;
            }
        }

        Report(node, IssueSeverity.Error, "code-invalid", BindingMessages.UnknownCode, codeSystem.Name, code);
    }

    private void SayUnknownSystem(ElementNode node, string system, string? version)
    {
        if (version is not null)
        {
            if (!TryGetCodeSystem(system, null, out var other))
                return;
            if (other is not null)
            {
                if (Says($"{system}|{version}"))
                    Report(node, IssueSeverity.Warning, "not-found", BindingMessages.UnknownVersion, system, version, other.Name);
                return;
            }
        }

        if (!system.Contains("/ValueSet/", StringComparison.Ordinal) && Says(system))
            Report(node, IssueSeverity.Warning, "not-found", BindingMessages.UnknownSystem, system);
    }

    private void CheckBinding(ElementNode node, string canonical, BindingForce force, ProfilePlan profile)
    {
        switch (node.Type.Name)
        {
            case "code" or "string" or "uri" or "id" or "markdown" or "url" or "canonical" or "oid" or "uuid":
                if (node.GetString() is { } code && !IsShorthand(node, code) && Open(node, canonical, force, profile) is { } ofCode)
                    Judge(node, ofCode, force, profile, ofCode.Find(null, null, code), [new CodingText(null, null, code, null)]);
                break;
            case "Coding" or "Quantity" or "Age" or "Duration" or "Distance" or "Count" or "Money" or "SimpleQuantity" or "MoneyQuantity":
                if (Open(node, canonical, force, profile) is { } ofCoding)
                    CheckOne(node, ofCoding, force, profile);
                break;
            case "CodeableConcept":
                if (Open(node, canonical, force, profile) is { } ofConcept)
                    CheckCodings(node, ofConcept, force, profile);
                break;
        }
    }

    // Codes that the standard allows beside those of the value set: the short names of its own formats (R4 http.html#mime-type) where
    // servers and tests name formats, and the types of FHIRPath where elements name types (R4 fhirpath.html#types).
    private static bool IsShorthand(ElementNode node, string code) => node.Name switch
    {
        "format" or "accept" or "contentType" => code is ("xml" or "json" or "ttl") && node.Resource.Type.Name is ("CapabilityStatement" or "TestScript"),
        "code" => node.Type.Name == "uri" && code.StartsWith("http://hl7.org/fhirpath/System.", StringComparison.Ordinal),
        _ => false,
    };

    private void CheckOne(ElementNode node, IOpenValueSet valueSet, BindingForce force, ProfilePlan profile)
    {
        var coding = Read(node);
        if (coding.Code is null)
            SayNoCode(node, valueSet, force, profile);
        else
            Judge(node, valueSet, force, profile, Find(valueSet, coding), [coding]);
    }

    // One coding of the value set is enough (R4 terminologies.html#4.1).
    private void CheckCodings(ElementNode node, IOpenValueSet valueSet, BindingForce force, ProfilePlan profile)
    {
        var membership = Membership.NotIn;
        List<CodingText>? codings = null;
        foreach (var child in node.ChildrenOf("coding"))
        {
            var coding = Read(child);
            if (coding.Code is null)
                continue;
            switch (Find(valueSet, coding))
            {
                case Membership.In:
                    return;
                case Membership.Unknown:
                    membership = Membership.Unknown;
                    break;
            }

            (codings ??= []).Add(coding);
        }

        if (codings is null)
            SayNoCode(node, valueSet, force, profile);
        else
            Judge(node, valueSet, force, profile, membership, codings);
    }

    // A Coding without a system has none of the value set's codes, though one may look like it.
    private static Membership Find(IOpenValueSet valueSet, CodingText coding) =>
        coding.System is null ? Membership.NotIn : valueSet.Find(coding.System, coding.Version, coding.Code!);

    private void Judge(ElementNode node, IOpenValueSet valueSet, BindingForce force, ProfilePlan profile, Membership membership, IReadOnlyList<CodingText> codings)
    {
        if (membership == Membership.In)
            return;
        var named = string.Join(", ", codings.Select(static coding => coding.Name));
        if (membership == Membership.Unknown)
        {
            if (force != BindingForce.Preferred && Says($"? {valueSet.Name}"))
                Report(node, SeverityOfUnchecked(force), "not-found", BindingMessages.CannotTell, valueSet.Name, profile.Name, named);
            return;
        }

        var (hint, text) = HintOf(valueSet, codings);
        Report(node, SeverityOf(force), "code-invalid", BindingMessages.NotIn(force, hint), valueSet.Name, profile.Name, named, text);
    }

    // Words alone do where the codes of a value set are not all that there may be (R4 terminologies.html#extensible). That the value
    // is not known is said in its own way.
    private void SayNoCode(ElementNode node, IOpenValueSet valueSet, BindingForce force, ProfilePlan profile)
    {
        if (force < BindingForce.Required || IsAbsentForAReason(node))
            return;
        var codes = valueSet.Codes(CodesShown);
        Report(
            node, IssueSeverity.Error, "code-invalid", BindingMessages.NoCode(force, codes is null ? BindingHint.None : BindingHint.Codes),
            valueSet.Name, profile.Name, "", codes is null ? "" : string.Join(", ", codes));
    }

    private static bool IsAbsentForAReason(ElementNode node)
    {
        foreach (var extension in node.ChildrenOf("extension"))
        {
            if (extension.Child("url") is { Exists: true } url && url.ValueEquals("http://hl7.org/fhir/StructureDefinition/data-absent-reason"u8))
                return true;
        }

        return false;
    }

    private static (BindingHint Hint, string Text) HintOf(IOpenValueSet valueSet, IReadOnlyList<CodingText> codings)
    {
        foreach (var coding in codings)
        {
            if (valueSet.SystemsOf(coding.Code!) is { Count: > 0 } systems)
                return (BindingHint.System, string.Join(", ", systems));
        }

        return valueSet.Codes(CodesShown) is { } codes ? (BindingHint.Codes, string.Join(", ", codes)) : (BindingHint.None, "");
    }

    private CodingText Read(ElementNode node)
    {
        if (node != _codingRead)
            (_codingRead, _codingText) = (node, CodingText.Of(node));
        return _codingText;
    }

    private IOpenValueSet? Open(ElementNode node, string canonical, BindingForce force, ProfilePlan profile)
    {
        if (!TryGetValueSet(canonical, out var known))
            return null;
        if (known.Value is null && force != BindingForce.Preferred && Says($"= {canonical}"))
            Report(node, SeverityOfUnchecked(force), "not-found", BindingMessages.ValueSetUnknown, canonical, profile.Name, known.Problem ?? "");
        return known.Value;
    }

    private static IssueSeverity SeverityOf(BindingForce force) => force switch
    {
        BindingForce.Preferred => IssueSeverity.Information,
        BindingForce.Extensible => IssueSeverity.Warning,
        _ => IssueSeverity.Error,
    };

    private static IssueSeverity SeverityOfUnchecked(BindingForce force) => force == BindingForce.Extensible ? IssueSeverity.Information : IssueSeverity.Warning;
}
