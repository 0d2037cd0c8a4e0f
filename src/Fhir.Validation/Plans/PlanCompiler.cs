// Makes a plan of a snapshot: each element is looked up in the schema, and what the base definition says already is left out.

using FhirHub.Model;

namespace FhirHub.Validation;

/// <summary>One compilation. Recursion is bounded by the depth that snapshots may have.</summary>
internal sealed partial class PlanCompiler
{
    private const string Suffix = "[x]";

    private readonly Snapshot _snapshot;
    private readonly SharedRules _rules;
    private readonly ProfilePlan _profile;
    private readonly Dictionary<string, Draft> _byPath = new(StringComparer.Ordinal);
    private readonly List<Draft> _references = [];
    private readonly List<Draft> _slices = [];
    private readonly PlanValues _values = new();

    public PlanCompiler(Snapshot snapshot, SharedRules rules)
    {
        _snapshot = snapshot;
        _rules = rules;
        var root = snapshot.Definition.Root;
        var type = root.ChildValue("type") ?? "";
        _profile = new ProfilePlan
        {
            Url = snapshot.Url,
            Version = root.ChildValue("version"),
            Type = Schema.R4.FindType(type) is { Kind: not TypeKind.Backbone } known && root.ChildValue("kind") != "logical" ? known : null,
            TypeName = type,
            Base = root.ChildValue("baseDefinition"),
            Status = root.ChildValue("status"),
            IsAbstract = root.Child("abstract") is { Exists: true } isAbstract && isAbstract.GetBoolean() == true,
            IsModifier = snapshot.Root.Node.Child("isModifier") is { Exists: true } isModifier && isModifier.GetBoolean() == true,
            Contexts = [.. root.ChildrenOf("context").ToList().Select(static context => new ExtensionContext(context.ChildValue("type") ?? "", context.ChildValue("expression") ?? ""))],
            ContextInvariants = [.. root.ChildrenOf("contextInvariant").ToList().Select(expression => rules.Share(new ConstraintPlan("", expression.GetString(), "", null, true, false)))],
        };
    }

    // An element with what may come to nothing: children without rules of their own.
    private sealed class Draft
    {
        public required ElementPlan Plan { get; init; }

        public List<Draft> Children { get; } = [];

        public Draft? Content { get; set; }

        public string? ContentReference { get; init; }

        public bool IsUseful { get; set; }
    }

    /// <summary>The plan.</summary>
    /// <exception cref="SnapshotException">The snapshot names elements that its type does not have.</exception>
    public ProfilePlan Compile()
    {
        if (_profile.Type is not { } type)
        {
            _profile.Root = new ElementPlan(_snapshot.Root.Id, _profile);
            return _profile;
        }

        var isBase = R4Plans.TypeOf(_profile.Url) == type;
        var basePlan = isBase ? null : R4Plans.Of(type)?.Root;
        var root = new Draft { Plan = RootPlan(basePlan), IsUseful = true };
        _byPath[_snapshot.Root.Path] = root;
        foreach (var child in _snapshot.Root.Children)
            AddChild(root, child, type, basePlan);
        foreach (var reference in _references)
            Link(reference);
        // Until content references add nothing more: what an element refers to may hold the element itself.
        for (var found = true; found;)
        {
            found = MarkUseful(root);
            foreach (var slice in _slices)
                found |= MarkUseful(slice);
        }

        // Slices first: what expects an element asks its slices.
        for (var i = _slices.Count - 1; i >= 0; i--)
            Finish(_slices[i]);
        Finish(root);
        _values.Assign();
        _profile.Root = root.Plan;
        return _profile;
    }

    private ElementPlan RootPlan(ElementPlan? basePlan) => new(_snapshot.Root.Id, _profile)
    {
        Name = _profile.TypeName,
        Constraints = Constraints(_snapshot.Root.Node, basePlan, null),
    };

    private void AddChild(Draft parent, SnapshotElement element, TypeDefinition owner, ElementPlan? ownerBase)
    {
        var name = NameOf(element);
        if (owner.FindElement(name) is not { } schema)
        {
            // A primitive's value is the primitive itself.
            if (owner.IsPrimitive)
                return;
            throw new SnapshotException(_snapshot.Url, element.Id, $"{owner.Name} has no element {name}; correct the path, or the type of the element above it.");
        }

        var place = new Place(owner, schema, ownerBase?.Child(name));
        var draft = element.SliceName is null || IsNamedOnly(element, schema) ? Build(element, place, isSlice: false) : Unsliced(element, name, place);
        parent.Children.Add(draft);
    }

    // R4's own profiles name elements that nothing slices (catalog, familymemberhistory-genetic).
    private static bool IsNamedOnly(SnapshotElement element, ElementDefinition schema) =>
        element.Slices.Count == 0 && !schema.IsChoice && schema.Types[0].Name != "Extension";

    // Older publications have valueQuantity without value[x] before it: one slice of the choice.
    private Draft Unsliced(SnapshotElement slice, string name, Place place)
    {
        var plan = new ElementPlan(slice.Path, _profile) { Name = name };
        plan.Slicing = ReadSlicing(slice, [slice, .. slice.Slices], place);
        return new Draft { Plan = plan, IsUseful = true };
    }

    private Draft Build(SnapshotElement element, Place place, bool isSlice)
    {
        var node = element.Node;
        var types = ReadTypes(node);
        var childType = ChildType(types, place.Element);
        var draft = new Draft
        {
            Plan = MakePlan(element, place, types, isSlice, element.Children.Count == 0 || childType.Kind == TypeKind.Backbone ? SingleType(types) : childType),
            ContentReference = element.ContentReference,
        };
        if (!isSlice)
            _byPath.TryAdd(element.Path, draft);
        _byPath.TryAdd(element.Id, draft);
        if (draft.ContentReference is not null)
            _references.Add(draft);

        var hasValues = _values.Add(draft.Plan, node);
        if (element.Slices.Count > 0 && (element.SliceName is null || isSlice))
            draft.Plan.Slicing = ReadSlicing(element, element.Slices, place);
        if (element.Children.Count > 0)
        {
            var childBase = childType.Kind == TypeKind.Backbone ? place.Base : R4Plans.Of(childType)?.Root;
            foreach (var child in element.Children)
                AddChild(draft, child, childType, childBase);
        }

        draft.IsUseful = isSlice || hasValues || HasRules(draft.Plan);
        return draft;
    }

    private static bool HasRules(ElementPlan plan) =>
        plan.Min > 0 || plan.Max < int.MaxValue || plan.NarrowsTypes || plan.ConstrainsReferences || plan.HasTypeProfiles
        || plan.Constraints.Count > 0 || plan.Binding is not null || plan.MaxLength > 0 || plan.MustSupport || plan.Slicing is not null;

    private void Link(Draft reference)
    {
        var target = reference.ContentReference!;
        var hash = target.IndexOf('#', StringComparison.Ordinal);
        // The definition of another profile or of the base is walked for itself.
        if (hash < 0 || (hash > 0 && target[..hash] != _snapshot.Url))
            return;
        if (!_byPath.TryGetValue(target[(hash + 1)..], out var found) || ReferenceEquals(found, reference))
            return;
        for (var hops = 0; found.Content is not null && hops < 8; hops++)
            found = found.Content;
        if (found.Content is null && !ReferenceEquals(found, reference))
            reference.Content = found;
    }

    // True if an element was found to have rules that was not known to have any.
    private static bool MarkUseful(Draft draft)
    {
        var found = false;
        foreach (var child in draft.Children)
        {
            found |= MarkUseful(child);
            if (child.IsUseful && !draft.IsUseful)
                found = draft.IsUseful = true;
        }

        if (draft is { IsUseful: false, Content.IsUseful: true })
            found = draft.IsUseful = true;
        return found;
    }

    private static void Finish(Draft draft)
    {
        var children = new List<ElementPlan>();
        foreach (var child in draft.Children)
        {
            Finish(child);
            if (child.IsUseful)
                children.Add(child.Plan);
        }

        draft.Plan.SetChildren(children);
        draft.Plan.Content = draft.Content is { IsUseful: true } content ? content.Plan : null;
    }

    private static string NameOf(SnapshotElement element) =>
        element.Name.EndsWith(Suffix, StringComparison.Ordinal) ? element.Name[..^Suffix.Length] : element.Name;

    // Where an element lies: whose element it is, which one, and what the base definition says of it.
    private readonly record struct Place(TypeDefinition Owner, ElementDefinition Element, ElementPlan? Base);
}
