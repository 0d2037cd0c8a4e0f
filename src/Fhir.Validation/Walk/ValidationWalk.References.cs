// Whether references and canonical URLs point to what they may point to.

using FhirHub.Model;

namespace FhirHub.Validation;

internal sealed partial class ValidationWalk
{
    private const string BaseProfiles = "http://hl7.org/fhir/StructureDefinition/";

    private readonly Dictionary<ElementNode, BundleIndex> _bundles = [];
    private Dictionary<ElementNode, Dictionary<string, ElementNode>>? _contained;
    private ReferenceTarget _lastTarget;
    private (ElementNode Node, bool IsByBase) _misdirected;

    // What a Reference means within the validated resource: something contained, or an entry of the same Bundle.
    private readonly record struct ReferenceTarget(ElementNode Node, string? Text, LiteralReference Literal, ElementNode Resource, TypeDefinition? Type);

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
    private void CheckReference(ElementNode node, IReadOnlyList<TypePlan> types, ProfilePlan profile)
    {
        if (node.Type.Primitive == PrimitiveKind.Canonical)
        {
            CheckCanonicalTarget(node, types, profile);
            return;
        }

        var target = TargetOf(node);
        var isAllowed = true;
        for (var i = 0; i < types.Count; i++)
        {
            var type = types[i];
            if (!ReferenceEquals(type.Type, node.Type))
                continue;
            if (target.Text is not null)
            {
                CheckAggregation(node, target, type, profile);
                CheckVersioning(node, target.Literal, type, profile);
            }

            if (AllowsType(target, type))
                return;
            isAllowed = false;
        }

        if (!isAllowed)
            CheckTarget(node, target, types, profile);
    }

    // What #id names, found in an index: references and contained resources may be many.
    private ElementNode FindContained(ElementNode from, string id)
    {
        var container = from.FindContained("");
        if (id.Length == 0)
            return container;
        if ((_contained ??= []).TryGetValue(container, out var byId))
            return byId.GetValueOrDefault(id);
        _contained.Add(container, byId = new Dictionary<string, ElementNode>(StringComparer.Ordinal));
        foreach (var contained in container.ChildrenOf("contained"))
        {
            if (contained.ChildValue("id") is { } name)
                byId.TryAdd(name, contained);
        }

        return byId.GetValueOrDefault(id);
    }

    // A reference is looked at once for itself and once for each profile that says something of it.
    private ReferenceTarget TargetOf(ElementNode node)
    {
        if (_lastTarget.Node != node || !_lastTarget.Node.Exists)
        {
            var reference = node.Child("reference");
            var text = reference.Exists ? reference.GetString() : null;
            var literal = text is null ? default : LiteralReference.Parse(text);
            var target = default(ElementNode);
            if (literal.Form == ReferenceForm.Contained)
                target = FindContained(node, literal.Id ?? "");
            else if (text is not null && EntriesAround(node) is { } entries)
                target = entries.Find(text, literal, node);
            var type = target.Exists ? target.Type : NamedType(literal.Type ?? node.ChildValue("type"));
            _lastTarget = new ReferenceTarget(node, text, literal, target, type);
        }

        return _lastTarget;
    }

    private static TypeDefinition? NamedType(string? name) =>
        name is null ? null : Schema.R4.FindResourceType(name.StartsWith(BaseProfiles, StringComparison.Ordinal) ? name.AsSpan(BaseProfiles.Length) : name);

    private static bool AllowsType(in ReferenceTarget target, TypePlan rules)
    {
        if (rules.TargetProfiles.Count == 0)
            return true;
        foreach (var allowed in rules.TargetTypes)
        {
            if (allowed is not null && target.Type?.Is(allowed) == true)
                return true;
        }

        return false;
    }

    private void CheckAggregation(ElementNode node, in ReferenceTarget target, TypePlan rules, ProfilePlan profile)
    {
        if (rules.Aggregation.Count == 0)
            return;
        var mode = target.Literal.Form == ReferenceForm.Contained ? "contained" : target.Resource.Exists ? "bundled" : "referenced";
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

    // The target's type is none of the base types that are allowed; a profile may allow it still.
    private void CheckTarget(ElementNode node, in ReferenceTarget target, IReadOnlyList<TypePlan> types, ProfilePlan profile)
    {
        var allowed = new List<string>();
        var candidates = new List<string>();
        foreach (var rules in types)
        {
            for (var i = 0; ReferenceEquals(rules.Type, node.Type) && i < rules.TargetProfiles.Count; i++)
            {
                var canonical = rules.TargetProfiles[i];
                allowed.Add(canonical);
                if (rules.TargetTypes[i] is not null)
                    continue;
                if (!TryGetPlan(canonical, out var plan) || plan.Value?.Type is not { } type)
                    return;
                if (target.Type is null || target.Type.Is(type))
                    candidates.Add(canonical);
            }
        }

        if (target.Type is not null && candidates.Count == 0)
        {
            ReportTargetType(node, target.Type, allowed, profile);
            return;
        }

        var found = target.Resource;
        if (!found.Exists && target.Text is { } text && target.Literal.Form is ReferenceForm.Relative or ReferenceForm.Restful
            && TryGetTarget(text, out var read) && read is not null)
        {
            found = read.Root;
        }

        if (!found.Exists)
            return;
        foreach (var candidate in candidates)
        {
            if (Meets(found, candidate) != false)
                return;
        }

        // What is stored elsewhere may be changed there, and is not this resource's fault.
        var severity = target.Resource.Exists ? IssueSeverity.Error : IssueSeverity.Warning;
        if (candidates.Count > 0)
            Report(node, severity, "structure", ReferenceMessages.TargetProfile, target.Text ?? "", NamesOf(candidates), profile.Name);
    }

    // A type that R4 itself does not allow is allowed by no profile either: who was told by one need not be told by the other.
    private void ReportTargetType(ElementNode node, TypeDefinition type, List<string> allowed, ProfilePlan profile)
    {
        var isBase = profile.Type is { } own && ReferenceEquals(profile, R4Plans.Of(own));
        if (_trial is null)
        {
            if (_misdirected.Node == node && (isBase || _misdirected.IsByBase))
                return;
            _misdirected = (node, isBase);
        }

        Report(node, IssueSeverity.Error, "structure", ReferenceMessages.TargetType, type.Name, NamesOf(allowed), profile.Name);
    }

    private static string NamesOf(List<string> profiles) =>
        string.Join(", ", profiles.Select(static p => p.StartsWith(BaseProfiles, StringComparison.Ordinal) ? p[BaseProfiles.Length..] : p));

    /// <summary>Checks a Reference for itself: the form of the literal, and what the reference says about its type.</summary>
    private void CheckReferenceForm(ElementNode node)
    {
        var target = TargetOf(node);
        var reference = node.Child("reference");
        if (target.Text is not { } text)
        {
            if (!reference.Exists && node.Child("type").Exists && !node.Child("identifier").Exists && !node.Child("display").Exists && !node.Child("extension").Exists)
                Report(node, IssueSeverity.Warning, "incomplete", ReferenceMessages.Nothing);
            return;
        }

        var literal = target.Literal;
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

        if (!target.Resource.Exists)
            CheckMissing(reference, text, literal);
        var actual = target.Resource.Exists ? target.Type?.Name : literal.Type;
        if (actual is not null && NamedType(node.ChildValue("type")) is { } stated && stated.Name != actual)
            Report(node, IssueSeverity.Error, "value", ReferenceMessages.StatedType, stated.Name, actual);
    }

    private void CheckMissing(ElementNode reference, string text, LiteralReference literal)
    {
        if (literal.Form == ReferenceForm.Contained)
        {
            Report(reference, IssueSeverity.Error, "not-found", ReferenceMessages.ContainedMissing, text);
            return;
        }

        if (EntriesAround(reference) is not { } entries)
            return;
        if (literal.Form == ReferenceForm.Absolute && text.StartsWith("urn:", StringComparison.Ordinal))
            Report(reference, IssueSeverity.Warning, "not-found", ReferenceMessages.UrnMissing, text);
        else if (literal is { Form: ReferenceForm.Relative, Version: null } && !IsInTransaction(reference)
            && entries.FindById(literal.Type!, literal.Id!) is { Exists: true } other)
            Report(reference, IssueSeverity.Warning, "not-found", ReferenceMessages.OtherFullUrl, text, other.Parent.ChildValue("fullUrl") ?? "-");
    }

    private bool IsInTransaction(ElementNode node) =>
        EntriesAround(node) is { Type: "transaction" or "batch" };

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
                if (R4Plans.TypeOf(target) is not { IsAbstract: false } wanted)
                    return;
                allowed.Add(wanted.Name);
            }
        }

        if (allowed.Count == 0)
            return;
        if (canonical.StartsWith('#'))
        {
            var contained = FindContained(node, canonical[1..]);
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
        // The rules of responses say what becomes of the answers without it.
        if (node.Definition?.Path == "QuestionnaireResponse.questionnaire")
            return;
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
            else if (!TryGetResource(type, canonical, out var known))
                return false;
            else if (known is not null)
                found = known.Root;
            if (found.Exists)
                return true;
        }

        return true;
    }
}
