// Existence, subsetting, combining and tree navigation (FHIRPath N1, "Functions").

namespace FhirHub.Model.FhirPath;

internal sealed partial class FhirPathEvaluator
{
    // Below that, comparing each with each costs less than hashing.
    private const int SmallSet = 8;

    private ValueList Collection(FunctionSyntax function, ValueList input, in Frame frame)
    {
        switch (function.Signature.Function)
        {
            case FhirPathFunction.Empty:
                return One(FhirPathValue.Of(input.Count == 0));
            case FhirPathFunction.Count:
                return One(FhirPathValue.Of(input.Count));
            case FhirPathFunction.AllTrue:
                return One(FhirPathValue.Of(!Any(input, false, function)));
            case FhirPathFunction.AllFalse:
                return One(FhirPathValue.Of(!Any(input, true, function)));
            case FhirPathFunction.AnyTrue:
                return One(FhirPathValue.Of(Any(input, true, function)));
            case FhirPathFunction.AnyFalse:
                return One(FhirPathValue.Of(Any(input, false, function)));
            case FhirPathFunction.Not:
                return One(!TruthOf(input, function));
            case FhirPathFunction.Single:
                return One(Single(input, function));
            case FhirPathFunction.First:
                return input.Count > 0 ? One(input[0]) : Rent();
            case FhirPathFunction.Last:
                return input.Count > 0 ? One(input[input.Count - 1]) : Rent();
            case FhirPathFunction.Tail:
                return Slice(input, 1, input.Count);
            case FhirPathFunction.Skip:
                return IntegerArgument(function, 0, frame) is { } skip ? Slice(input, skip, input.Count) : Rent();
            case FhirPathFunction.Take:
                return IntegerArgument(function, 0, frame) is { } take ? Slice(input, 0, take) : Rent();
            case FhirPathFunction.Distinct:
                return Distinct(input, function);
            case FhirPathFunction.IsDistinct:
                var distinct = Distinct(input, function);
                var isDistinct = distinct.Count == input.Count;
                Return(distinct);
                return One(FhirPathValue.Of(isDistinct));
            case FhirPathFunction.Children or FhirPathFunction.Descendants:
                return Below(function, input, function.Signature.Function == FhirPathFunction.Descendants);
            case FhirPathFunction.Type:
                return Types(input);
            default:
                return WithOther(function, input, frame);
        }
    }

    private ValueList WithOther(FunctionSyntax function, ValueList input, in Frame frame)
    {
        var other = Argument(function, 0, frame);
        ValueList result;
        switch (function.Signature.Function)
        {
            case FhirPathFunction.SubsetOf:
                result = One(FhirPathValue.Of(IsSubset(input, other, function)));
                break;
            case FhirPathFunction.SupersetOf:
                result = One(FhirPathValue.Of(IsSubset(other, input, function)));
                break;
            case FhirPathFunction.Union:
                result = Union(input, other, function);
                break;
            case FhirPathFunction.Combine:
                result = Copy(input);
                result.AddRange(other);
                break;
            default:
                var isIntersection = function.Signature.Function == FhirPathFunction.Intersect;
                var kept = Rent();
                var set = new ItemSet(this, other, function);
                foreach (ref readonly var value in input.Items)
                {
                    if (set.Contains(value) == isIntersection)
                        kept.Add(value);
                }

                result = isIntersection ? Distinct(kept, function) : Copy(kept);
                Return(kept);
                break;
        }

        Return(other);
        return result;
    }

    private static bool Any(ValueList input, bool wanted, FhirPathSyntax at)
    {
        foreach (ref readonly var value in input.Items)
        {
            var truth = value.AsBoolean();
            if (truth is null && !(value.Kind == FhirPathKind.Node && value.Element.Type.Primitive == PrimitiveKind.Boolean))
                throw Fault($"Only booleans can be asked for all or any, not {value.Type}", at);
            if (truth == wanted)
                return true;
        }

        return false;
    }


    private ValueList Slice(ValueList input, int from, int to)
    {
        var result = Rent();
        for (var i = System.Math.Max(from, 0); i < System.Math.Min(to, input.Count); i++)
            result.Add(input[i]);
        return result;
    }

    private ValueList Distinct(ValueList input, FhirPathSyntax at)
    {
        var result = Rent();
        AddDistinct(input, result, at);
        return result;
    }

    private ValueList Union(ValueList left, ValueList right, FhirPathSyntax at)
    {
        if (left.Count + right.Count > SmallSet)
        {
            var both = Copy(left);
            both.AddRange(right);
            var distinct = Distinct(both, at);
            Return(both);
            return distinct;
        }

        var result = Rent();
        AddDistinct(left, result, at);
        AddDistinct(right, result, at);
        return result;
    }

    private void AddDistinct(ValueList from, ValueList to, FhirPathSyntax at)
    {
        var known = from.Count + to.Count > SmallSet ? new HashSet<FhirPathValue>() : null;
        foreach (ref readonly var value in from.Items)
        {
            Step(at);
            if (known is not null ? known.Add(value) : !Contains(to, value, at))
                to.Add(value);
        }
    }

    private bool Contains(ValueList list, in FhirPathValue wanted, FhirPathSyntax at)
    {
        foreach (ref readonly var value in list.Items)
        {
            Step(at);
            if (FhirPathComparison.AreEqual(value, wanted) == true)
                return true;
        }

        return false;
    }

    private bool IsSubset(ValueList part, ValueList whole, FhirPathSyntax at)
    {
        var set = new ItemSet(this, whole, at);
        foreach (ref readonly var value in part.Items)
        {
            if (!set.Contains(value))
                return false;
        }

        return true;
    }

    private ValueList Below(FunctionSyntax function, ValueList input, bool isDeep)
    {
        var result = Rent();
        foreach (ref readonly var value in input.Items)
        {
            if (value.Kind == FhirPathKind.Node)
                AddChildren(value.Element, result, function);
        }

        // What was added last is looked at in turn, so the tree's depth costs no stack.
        for (var i = 0; isDeep && i < result.Count; i++)
            AddChildren(result[i].Element, result, function);
        return result;
    }

    private void AddChildren(ElementNode node, ValueList result, FhirPathSyntax at)
    {
        foreach (var child in node.Children)
        {
            Step(at);
            result.Add(FhirPathValue.Of(child));
        }
    }

    private ValueList Types(ValueList input)
    {
        var result = Rent();
        foreach (ref readonly var value in input.Items)
            result.Add(FhirPathValue.Of(value.Type));
        return result;
    }

    private readonly struct ItemSet(FhirPathEvaluator evaluator, ValueList list, FhirPathSyntax at)
    {
        private readonly HashSet<FhirPathValue>? _set = list.Count > SmallSet ? [.. list.Items] : null;

        public bool Contains(in FhirPathValue value)
        {
            evaluator.Step(at);
            return _set?.Contains(value) ?? evaluator.Contains(list, value, at);
        }
    }
}
