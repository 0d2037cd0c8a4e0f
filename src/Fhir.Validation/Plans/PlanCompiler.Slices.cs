// Slicing of a snapshot as plans.

using FhirHub.Model;

namespace FhirHub.Validation;

internal sealed partial class PlanCompiler
{
    private const string DefaultSlice = "@default";

    private SlicingPlan ReadSlicing(SnapshotElement sliced, IReadOnlyList<SnapshotElement> elements, Place place)
    {
        var node = sliced.Slicing;
        var slices = new List<ElementPlan>();
        ElementPlan? other = null;
        foreach (var element in elements)
        {
            // A slice that stands for what it slices has no slices of its own: they are its siblings.
            var draft = Build(element, place, isSlice: true);
            if (ReferenceEquals(element, sliced))
                draft.Plan.Slicing = null;
            _slices.Add(draft);
            if (element.SliceName == DefaultSlice)
                other = draft.Plan;
            else
                slices.Add(draft.Plan);
        }

        var rules = (node.Exists ? node.ChildValue("rules") : null) switch
        {
            "closed" => SlicingRules.Closed,
            "openAtEnd" => SlicingRules.OpenAtEnd,
            _ => SlicingRules.Open,
        };
        var isOrdered = node.Exists && node.Child("ordered") is { Exists: true } ordered && ordered.GetBoolean() == true;
        return new SlicingPlan(ReadDiscriminators(node, place.Element), rules, isOrdered, slices, other);
    }

    // Slicing of choices and extensions need not be said (R4 profiling.html#slicing).
    private static List<DiscriminatorPlan> ReadDiscriminators(ElementNode slicing, ElementDefinition element)
    {
        var discriminators = new List<DiscriminatorPlan>();
        foreach (var discriminator in (slicing.Exists ? slicing.ChildrenOf("discriminator") : default))
        {
            var path = discriminator.ChildValue("path") ?? "";
            var kind = discriminator.ChildValue("type") switch
            {
                "exists" => DiscriminatorKind.Exists,
                "type" => DiscriminatorKind.Type,
                "profile" => DiscriminatorKind.Profile,
                "position" => DiscriminatorKind.Position,
                _ => DiscriminatorKind.Value,
            };
            discriminators.Add(new DiscriminatorPlan(kind, path, DiscriminatorPlan.ReadPath(path)));
        }

        if (discriminators.Count == 0 && element.IsChoice)
            discriminators.Add(new DiscriminatorPlan(DiscriminatorKind.Type, "$this", []));
        else if (discriminators.Count == 0 && element.Types[0].Name == "Extension")
            discriminators.Add(new DiscriminatorPlan(DiscriminatorKind.Value, "url", [new PathStep(PathStepKind.Child, "url")]));
        return discriminators;
    }
}
