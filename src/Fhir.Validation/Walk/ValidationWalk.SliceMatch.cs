// Whether a repetition has what a slice asks for at the path of a discriminator.

using FhirHub.Model;
using FhirHub.Model.FhirPath;

namespace FhirHub.Validation;

internal sealed partial class ValidationWalk
{
    private static readonly FhirPathExpression ResolveReference = FhirPathExpression.Compile("resolve()");

    // Null while that can't be told.
    private bool? Passes(ElementNode item, int index, SliceTest test)
    {
        if (test.Position >= 0)
            return test.Position == index;
        if (test.ExtensionUrl.Length > 0)
            return item.Child("url") is { Exists: true } url && url.ValueEquals(test.ExtensionUrl);
        if (test.Exists is { } isWanted)
            return AnyAt(item, test, 0) is { } exists ? exists == isWanted : null;
        return AnyAt(item, test, 0);
    }

    private bool? AnyAt(ElementNode node, SliceTest test, int at)
    {
        // What is looked through for a slice counts, though only Spend stops for it.
        _steps++;
        if (at == test.Steps.Count)
            return PassesHere(node, test);
        var step = test.Steps[at];
        bool? any = false;
        switch (step.Kind)
        {
            case PathStepKind.Child:
                foreach (var child in node.ChildrenOf(step.Name))
                {
                    var passes = AnyAt(child, test, at + 1);
                    if (passes == true)
                        return true;
                    any = passes is null ? null : any;
                }

                return any;
            case PathStepKind.OfType:
                return node.Type.Name == step.Name ? AnyAt(node, test, at + 1) : false;
            case PathStepKind.Extension:
                foreach (var extension in node.ChildrenOf("extension"))
                {
                    if (extension.ChildValue("url") == step.Name && AnyAt(extension, test, at + 1) is not false and var passes)
                        return passes;
                }

                return false;
            default:
                return AnyTarget(node, test, at);
        }
    }

    private bool? AnyTarget(ElementNode reference, SliceTest test, int at)
    {
        _isUndecided = false;
        foreach (var target in ResolveReference.Evaluate(reference, InvariantContext))
        {
            if (target.Node is { } node)
                return AnyAt(node, test, at + 1);
        }

        // What can't be read may still name its type; nothing else is known of it.
        if (_isUndecided || test.Types.Count == 0 || at + 1 < test.Steps.Count)
            return null;
        var name = reference.IsPrimitive ? reference.GetString() : reference.ChildValue("type") ?? reference.ChildValue("reference");
        if (name is null || name.StartsWith('#') || name.StartsWith("urn:", StringComparison.Ordinal))
            return null;
        return test.Types.Any(type => name == type.Name || name.StartsWith(type.Name + "/", StringComparison.Ordinal) || name.Contains($"/{type.Name}/", StringComparison.Ordinal));
    }

    private bool? PassesHere(ElementNode node, SliceTest test)
    {
        if (test.Exists is not null)
            return true;
        if (test.Value.Exists)
            return test.IsPattern ? ValueMatch.IsPattern(node, test.Value) : ValueMatch.IsFixed(node, test.Value);
        if (test.Types.Count > 0)
        {
            foreach (var type in test.Types)
            {
                if (node.Type.Is(type))
                    return true;
            }

            return false;
        }

        if (test.ValueSet is { } valueSet)
            return TryGetValueSet(valueSet, out var known) ? known.Value is { } open ? CodesOf(FhirPathValue.Of(node), open) : false : null;
        bool? any = false;
        foreach (var profile in test.Profiles)
        {
            var meets = Meets(node, profile);
            if (meets == true)
                return true;
            any = meets is null ? null : any;
        }

        return any;
    }
}
