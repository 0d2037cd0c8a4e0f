// Whether references and canonical URLs point to what they may point to.

using FhirHub.Model;

namespace FhirHub.Validation;

internal sealed partial class ValidationWalk
{
    private const string BaseProfiles = "http://hl7.org/fhir/StructureDefinition/";

    private readonly Dictionary<ElementNode, BundleIndex> _bundles = [];

    /// <summary>The entries of the nearest Bundle around an element, or null.</summary>
    internal BundleIndex? EntriesAround(ElementNode node)
    {
        var bundle = BundleIndex.BundleAround(node);
        return bundle.Exists ? EntriesOf(bundle) : null;
    }

    /// <summary>The entries of a Bundle.</summary>
    internal BundleIndex EntriesOf(ElementNode bundle)
    {
        if (!_bundles.TryGetValue(bundle, out var index))
            _bundles.Add(bundle, index = new BundleIndex(bundle));
        return index;
    }

    /// <summary>Checks the target of a Reference or canonical against what a profile allows.</summary>
    /// <param name="node">The Reference or canonical.</param>
    /// <param name="types">What the profile says of the types of the element.</param>
    /// <param name="profile">The profile, for messages.</param>
    internal void CheckReference(ElementNode node, IReadOnlyList<TypePlan> types, ProfilePlan profile)
    {
        if (node.Type.Primitive == PrimitiveKind.Canonical)
        {
            CheckCanonicalTarget(node, types, profile);
            return;
        }

        var reference = node.Child("reference");
        var text = reference.Exists ? reference.GetString() : null;
        var literal = text is null ? default : LiteralReference.Parse(text);
        var target = text is null ? default : TargetWithin(node, text, literal, out _);
        var rules = default(TypePlan);
        var allowed = new List<string>();
        foreach (var type in types)
        {
            if (type.Code != node.Type.Name)
                continue;
            rules = type;
            if (type.TargetProfiles.Count == 0)
                allowed.Add(BaseProfiles + "Resource");
            allowed.AddRange(type.TargetProfiles);
        }

        if (rules is null)
            return;
        if (text is not null)
        {
            CheckAggregation(node, literal, target, rules, profile);
            CheckVersioning(node, literal, rules, profile);
        }

        CheckTarget(node, literal, target, allowed, profile);
    }

    // What a reference means within the validated resource: contained in the same container, or an entry of the same Bundle.
    private ElementNode TargetWithin(ElementNode node, string text, LiteralReference literal, out BundleIndex? entries)
    {
        entries = null;
        if (literal.Form == ReferenceForm.Contained)
            return node.FindContained(literal.Id);
        entries = EntriesAround(node);
        return entries is null ? default : entries.Find(text, literal, node);
    }

    private void CheckAggregation(ElementNode node, LiteralReference literal, ElementNode target, TypePlan rules, ProfilePlan profile)
    {
        if (rules.Aggregation.Count == 0)
            return;
        var mode = literal.Form == ReferenceForm.Contained ? "contained" : target.Exists ? "bundled" : "referenced";
        if (rules.Aggregation.Contains(mode) || (mode == "bundled" && rules.Aggregation.Contains("referenced")))
            return;
        // A resource that is validated by itself may be part of a Bundle later.
        if (mode == "referenced" && rules.Aggregation.Contains("bundled") && !BundleIndex.BundleAround(node).Exists)
            return;
        Report(node, IssueSeverity.Error, "structure", ReferenceMessages.Aggregation, mode, string.Join(", ", rules.Aggregation), profile.Name);
    }

    private void CheckVersioning(ElementNode node, LiteralReference literal, TypePlan rules, ProfilePlan profile)
    {
        if (literal.Form == ReferenceForm.Contained)
            return;
        if (rules.Versioning == "specific" && literal.Version is null)
            Report(node, IssueSeverity.Error, "structure", ReferenceMessages.VersionNeeded, profile.Name);
        else if (rules.Versioning == "independent" && literal.Version is not null)
            Report(node, IssueSeverity.Error, "structure", ReferenceMessages.VersionForbidden, profile.Name);
    }

    private void CheckTarget(ElementNode node, LiteralReference literal, ElementNode target, List<string> allowed, ProfilePlan profile)
    {
        var type = target.Exists ? target.Type : NamedType(node, literal);
        var candidates = new List<string>();
        var isCertain = true;
        foreach (var canonical in allowed)
        {
            if (TypeOfProfile(canonical, out var isBase) is not { } wanted)
            {
                isCertain = false;
                continue;
            }

            // Without a type nothing is known of the target but what it must meet.
            if (type is not null && !type.Is(wanted))
                continue;
            if (type is not null && isBase)
                return;
            candidates.Add(canonical);
        }

        if (type is not null && candidates.Count == 0)
        {
            if (isCertain)
                Report(node, IssueSeverity.Error, "structure", ReferenceMessages.TargetType, type.Name, NamesOf(allowed), profile.Name);
            return;
        }
    }

    private static TypeDefinition? NamedType(ElementNode node, LiteralReference literal)
    {
        var name = literal.Type ?? node.ChildValue("type");
        if (name is null)
            return null;
        return Schema.R4.FindResourceType(name.StartsWith(BaseProfiles, StringComparison.Ordinal) ? name.AsSpan(BaseProfiles.Length) : name);
    }

    // The type that a profile is of; null if it is not known here, or not yet.
    private TypeDefinition? TypeOfProfile(string canonical, out bool isBase)
    {
        var url = UriRules.WithoutSuffix(canonical);
        if (url.StartsWith(BaseProfiles))
        {
            var name = url[BaseProfiles.Length..];
            var type = name is "Resource" or "DomainResource" ? Schema.R4.FindType(name.ToString()) : Schema.R4.FindResourceType(name);
            isBase = type is not null;
            if (isBase)
                return type;
        }

        isBase = false;
        return TryGetPlan(canonical, out var plan) ? plan.Value?.Type : null;
    }

    private static string NamesOf(List<string> profiles) =>
        string.Join(", ", profiles.Select(static p => p.StartsWith(BaseProfiles, StringComparison.Ordinal) ? p[BaseProfiles.Length..] : p));

    /// <summary>Checks a Reference for itself: the form of the literal, and what the reference says about its type.</summary>
    private void CheckReferenceForm(ElementNode node)
    {
        var reference = node.Child("reference");
        if (!reference.Exists || reference.GetString() is not { } text)
        {
            if (!reference.Exists && node.Child("type").Exists && !node.Child("identifier").Exists && !node.Child("display").Exists && !node.Child("extension").Exists)
                Report(node, IssueSeverity.Warning, "incomplete", ReferenceMessages.Nothing);
            return;
        }

        var literal = LiteralReference.Parse(text);
        switch (literal.Form)
        {
            case ReferenceForm.Unknown:
                Report(reference, IssueSeverity.Error, "value", ReferenceMessages.Form, text);
                return;
            case ReferenceForm.Conditional when !IsInTransaction(node):
                Report(reference, IssueSeverity.Error, "value", ReferenceMessages.Conditional, text);
                break;
            case ReferenceForm.Absolute when UriRules.IsFaultyOid(text):
                Report(reference, IssueSeverity.Error, "value", ValueMessages.Oid, text);
                return;
            case ReferenceForm.Absolute when UriRules.IsFaultyUuid(text):
                Report(reference, IssueSeverity.Error, "value", ValueMessages.Uuid, text);
                return;
        }

        var target = TargetWithin(node, text, literal, out var entries);
        if (!target.Exists)
            CheckMissing(reference, text, literal, entries);
        var stated = NamedType(node, default);
        var actual = target.Exists ? target.Type.Name : literal.Type;
        if (stated is not null && actual is not null && stated.Name != actual)
            Report(node, IssueSeverity.Error, "value", ReferenceMessages.StatedType, stated.Name, actual);
    }

    private void CheckMissing(ElementNode reference, string text, LiteralReference literal, BundleIndex? entries)
    {
        if (literal.Form == ReferenceForm.Contained)
        {
            Report(reference, IssueSeverity.Error, "not-found", ReferenceMessages.ContainedMissing, text);
            return;
        }

        if (entries is null)
            return;
        if (literal.Form == ReferenceForm.Absolute && text.StartsWith("urn:", StringComparison.Ordinal))
            Report(reference, IssueSeverity.Warning, "not-found", ReferenceMessages.UrnMissing, text);
        else if (literal is { Form: ReferenceForm.Relative, Version: null } && !IsInTransaction(reference)
            && entries.FindById(literal.Type!, literal.Id!) is { Exists: true } other)
            Report(reference, IssueSeverity.Warning, "not-found", ReferenceMessages.OtherFullUrl, text, other.Parent.ChildValue("fullUrl") ?? "-");
    }

    private static bool IsInTransaction(ElementNode node) =>
        BundleIndex.BundleAround(node) is { Exists: true } bundle && bundle.ChildValue("type") is "transaction" or "batch";

    // A canonical URL need not be known here, so that is no error; one that is known has to be of a type that fits.
    private void CheckCanonicalTarget(ElementNode node, IReadOnlyList<TypePlan> types, ProfilePlan profile)
    {
        if (node.GetString() is not { } canonical || node.Definition is { Path: "Meta.profile" })
            return;
        var allowed = new List<string>();
        foreach (var type in types)
        {
            foreach (var target in type.Code == "canonical" ? type.TargetProfiles : [])
            {
                if (TypeOfProfile(target, out _) is not { IsAbstract: false } wanted)
                    return;
                allowed.Add(wanted.Name);
            }
        }

        if (allowed.Count == 0)
            return;
        if (canonical.StartsWith('#'))
        {
            var contained = node.FindContained(canonical.AsSpan(1));
            if (!contained.Exists)
                Report(node, IssueSeverity.Error, "not-found", ReferenceMessages.ContainedMissing, canonical);
            else if (!allowed.Contains(contained.Type.Name))
                Report(node, IssueSeverity.Error, "structure", ReferenceMessages.CanonicalType, canonical, contained.Type.Name, string.Join(", ", allowed), profile.Name);
            return;
        }

        if (UriRules.IsAbsolute(canonical))
            CheckKnownCanonical(node, canonical, allowed, profile);
    }

    private void CheckKnownCanonical(ElementNode node, string canonical, List<string> allowed, ProfilePlan profile)
    {
        var fragment = canonical.IndexOf('#', StringComparison.Ordinal);
        var whole = fragment < 0 ? canonical : canonical[..fragment];
        if (!TryFindCanonical(node, whole, allowed, out var found) || found.Exists)
            return;
        var bar = whole.IndexOf('|', StringComparison.Ordinal);
        var url = bar < 0 ? whole : whole[..bar];
        if (bar >= 0)
        {
            if (!TryFindCanonical(node, url, allowed, out found))
                return;
            if (found.Exists)
            {
                Report(node, IssueSeverity.Warning, "not-found", ReferenceMessages.CanonicalVersion, canonical, found.ChildValue("version") ?? "-");
                return;
            }
        }

        // Most canonical URLs name their type in the last step but one.
        var steps = url.Split('/');
        if (steps.Length > 2 && steps[^2] is var name && !allowed.Contains(name) && Schema.R4.FindResourceType(name) is not null)
        {
            if (!TryFindCanonical(node, whole, [name], out found))
                return;
            if (found.Exists)
            {
                Report(node, IssueSeverity.Error, "structure", ReferenceMessages.CanonicalType, canonical, name, string.Join(", ", allowed), profile.Name);
                return;
            }
        }

        Report(node, IssueSeverity.Information, "not-found", ReferenceMessages.CanonicalUnknown, canonical, string.Join(", ", allowed));
    }

    // False while it can't be told yet.
    private bool TryFindCanonical(ElementNode node, string canonical, IReadOnlyList<string> types, out ElementNode found)
    {
        found = default;
        var entries = EntriesAround(node);
        foreach (var type in types)
        {
            if (entries is not null && entries.FindCanonical(type, canonical) is { Exists: true } entry)
                found = entry;
            else if (!TryGetResource(type, canonical, out var resource))
                return false;
            else if (resource is not null)
                found = resource.Root;
            if (found.Exists)
                return true;
        }

        return true;
    }
}
