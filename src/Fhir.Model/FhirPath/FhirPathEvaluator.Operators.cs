// The operators (FHIRPath N1, "Operations").

namespace FhirHub.Model.FhirPath;

internal sealed partial class FhirPathEvaluator
{
    private ValueList Binary(BinarySyntax binary, in Frame frame)
    {
        if (binary.Operator is FhirPathOperator.And or FhirPathOperator.Or or FhirPathOperator.Xor or FhirPathOperator.Implies)
            return One(Logic(binary, frame));
        if (binary.Operator == FhirPathOperator.Equal && binary.Right is LiteralSyntax { Value.Kind: FhirPathKind.String } literal)
            return One(EqualsText(binary.Left, literal, frame));

        // What one side defines by defineVariable() the other does not know.
        var scope = _scope;
        var left = Evaluate(binary.Left, frame);
        _scope = scope;
        var right = Evaluate(binary.Right, frame);
        _scope = scope;
        var result = Combine(binary, left, right);
        Return(left);
        Return(right);
        return result;
    }

    private ValueList Combine(BinarySyntax binary, ValueList left, ValueList right)
    {
        switch (binary.Operator)
        {
            case FhirPathOperator.Equal:
                return One(AreEqual(left, right, binary));
            case FhirPathOperator.NotEqual:
                return One(!AreEqual(left, right, binary));
            case FhirPathOperator.Equivalent:
                return One(FhirPathValue.Of(AreEquivalent(left, right, binary)));
            case FhirPathOperator.NotEquivalent:
                return One(FhirPathValue.Of(!AreEquivalent(left, right, binary)));
            case FhirPathOperator.Less or FhirPathOperator.LessOrEqual or FhirPathOperator.Greater or FhirPathOperator.GreaterOrEqual:
                return One(Compare(binary, left, right));
            case FhirPathOperator.Union:
                return Union(left, right, binary);
            case FhirPathOperator.In:
                return One(IsIn(left, right, binary));
            case FhirPathOperator.Contains:
                return One(IsIn(right, left, binary));
            case FhirPathOperator.Concatenate:
                return One(Concatenate(Text(left, binary), Text(right, binary), binary));
            default:
                var l = Single(left, binary.Left).ToSystem();
                var r = Single(right, binary.Right).ToSystem();
                return l.Exists && r.Exists ? One(Arithmetic(binary, l, r)) : Rent();
        }
    }

    // Three-valued logic; the right side is left alone where the left one decides.
    private bool? Logic(BinarySyntax binary, in Frame frame)
    {
        var scope = _scope;
        var left = Truth(binary.Left, frame);
        _scope = scope;
        switch (binary.Operator)
        {
            case FhirPathOperator.And when left == false:
                return false;
            case FhirPathOperator.Or when left == true:
                return true;
            case FhirPathOperator.Implies when left == false:
                return true;
        }

        var right = Truth(binary.Right, frame);
        _scope = scope;
        return binary.Operator switch
        {
            FhirPathOperator.And => right == false ? false : left & right,
            FhirPathOperator.Or => right == true ? true : left | right,
            FhirPathOperator.Xor => left is null || right is null ? null : left != right,
            _ => right == true ? true : left == true ? right : null,
        };
    }

    // `code = 'x'` is most of what criteria are: compared as bytes, without making a string of the element.
    private bool? EqualsText(FhirPathSyntax left, LiteralSyntax literal, in Frame frame)
    {
        var scope = _scope;
        var list = Evaluate(left, frame);
        _scope = scope;
        bool? answer;
        if (list.Count != 1)
        {
            answer = list.Count == 0 ? null : false;
        }
        else
        {
            ref readonly var value = ref list[0];
            answer = value.Kind == FhirPathKind.Node && value.Element is { HasValue: true } node && FhirPathValue.IsText(node.Type.Primitive)
                ? node.ValueEquals(literal.Utf8)
                : FhirPathComparison.AreEqual(value, literal.Value);
        }

        Return(list);
        return answer;
    }

    private bool? AreEqual(ValueList left, ValueList right, FhirPathSyntax at)
    {
        if (left.Count == 0 || right.Count == 0)
            return null;
        if (left.Count != right.Count)
            return false;
        bool? answer = true;
        for (var i = 0; i < left.Count; i++)
        {
            Step(at);
            var equal = FhirPathComparison.AreEqual(left[i], right[i]);
            if (equal == false)
                return false;
            if (equal is null)
                answer = null;
        }

        return answer;
    }

    private bool AreEquivalent(ValueList left, ValueList right, FhirPathSyntax at)
    {
        if (left.Count != right.Count)
            return false;
        var taken = new bool[right.Count];
        foreach (ref readonly var value in left.Items)
        {
            var found = false;
            for (var i = 0; i < right.Count && !found; i++)
            {
                Step(at);
                if (!taken[i] && FhirPathComparison.AreEquivalent(value, right[i]))
                    found = taken[i] = true;
            }

            if (!found)
                return false;
        }

        return true;
    }

    private static bool? Compare(BinarySyntax binary, ValueList left, ValueList right)
    {
        var l = Single(left, binary.Left);
        var r = Single(right, binary.Right);
        if (!l.Exists || !r.Exists)
            return null;
        if (!FhirPathComparison.TryCompare(l, r, out var order))
            throw Fault($"{l.Type} and {r.Type} can't be compared", binary);
        if (order is null)
            return null;
        return binary.Operator switch
        {
            FhirPathOperator.Less => order < 0,
            FhirPathOperator.LessOrEqual => order <= 0,
            FhirPathOperator.Greater => order > 0,
            _ => order >= 0,
        };
    }

    private bool? IsIn(ValueList value, ValueList list, FhirPathSyntax at)
    {
        var wanted = Single(value, at);
        if (!wanted.Exists)
            return null;
        foreach (ref readonly var item in list.Items)
        {
            Step(at);
            if (FhirPathComparison.AreEqual(wanted, item) == true)
                return true;
        }

        return false;
    }

    private static string Text(ValueList list, FhirPathSyntax at)
    {
        var value = Single(list, at);
        if (!value.Exists)
            return "";
        return value.AsString() ?? (value.Kind == FhirPathKind.Node && !value.ToSystem().Exists ? "" : throw Fault($"& takes strings, not {value.Type}; convert it with toString()", at));
    }

    private ValueList Polarity(PolaritySyntax polarity, in Frame frame)
    {
        var list = Evaluate(polarity.Operand, frame);
        var value = Single(list, polarity).ToSystem();
        Return(list);
        if (!value.Exists)
            return Rent();
        if (!value.IsNumber && value.Kind != FhirPathKind.Quantity)
            throw Fault($"A sign can't be put before {value.Type}", polarity);
        if (!polarity.IsNegative)
            return One(value);
        return One(value.Kind switch
        {
            FhirPathKind.Integer => value.Number == int.MinValue ? default : FhirPathValue.Of((int)-value.Number),
            FhirPathKind.Decimal => FhirPathValue.Of(-value.Number),
            _ => FhirPathValue.Of(-value.Number, value.Unit!, value.IsCalendarDuration),
        });
    }

    // What does not fit its type is empty (FHIRPath N1, "Math": overflow).
    private static FhirPathValue Arithmetic(BinarySyntax binary, in FhirPathValue left, in FhirPathValue right)
    {
        try
        {
            if (left.IsNumber && right.IsNumber)
                return Numbers(binary.Operator, left, right);
            if (binary.Operator == FhirPathOperator.Add && left.AsString() is { } first && right.AsString() is { } second)
                return Concatenate(first, second, binary);
            if (binary.Operator is FhirPathOperator.Add or FhirPathOperator.Subtract && right.Kind == FhirPathKind.Quantity
                && left.AsTemporal() is { } temporal)
            {
                if (!FhirPathCalendar.TryAdd(temporal, right, binary.Operator == FhirPathOperator.Add ? 1 : -1, out var sum))
                    throw Fault($"The unit '{right.Unit}' can't be added to {left.Type}; use calendar durations such as 1 month", binary);
                return sum is null ? default : FhirPathValue.Of(sum);
            }

            var (l, r) = (left, right);
            if (FhirPathQuantity.TryPair(ref l, ref r))
            {
                switch (binary.Operator)
                {
                    case FhirPathOperator.Add:
                        return FhirPathQuantity.Add(l, r, 1) ?? default;
                    case FhirPathOperator.Subtract:
                        return FhirPathQuantity.Add(l, r, -1) ?? default;
                    case FhirPathOperator.Multiply:
                        return FhirPathQuantity.Multiply(l, r);
                    case FhirPathOperator.Divide:
                        return FhirPathQuantity.Divide(l, r);
                }
            }
        }
        catch (OverflowException)
        {
            return default;
        }

        throw Fault($"{SymbolOf(binary.Operator)} is not defined between {left.Type} and {right.Type}", binary);
    }

    private static FhirPathValue Numbers(FhirPathOperator @operator, in FhirPathValue left, in FhirPathValue right)
    {
        var (l, r) = (left.Number, right.Number);
        var areIntegers = left.Kind == FhirPathKind.Integer && right.Kind == FhirPathKind.Integer;
        switch (@operator)
        {
            case FhirPathOperator.Add:
                return Number(l + r, areIntegers);
            case FhirPathOperator.Subtract:
                return Number(l - r, areIntegers);
            case FhirPathOperator.Multiply:
                return Number(l * r, areIntegers);
            case FhirPathOperator.Divide:
                return r == 0 ? default : FhirPathValue.Of(l / r);
            case FhirPathOperator.Div:
                return r == 0 ? default : Number(decimal.Truncate(l / r), isInteger: true);
            default:
                return r == 0 ? default : Number(l % r, areIntegers);
        }
    }

    private static FhirPathValue Number(decimal value, bool isInteger)
    {
        if (!isInteger)
            return FhirPathValue.Of(value);
        return value is >= int.MinValue and <= int.MaxValue ? FhirPathValue.Of((int)value) : default;
    }

    private static string SymbolOf(FhirPathOperator @operator) => @operator switch
    {
        FhirPathOperator.Add => "+",
        FhirPathOperator.Subtract => "-",
        FhirPathOperator.Multiply => "*",
        FhirPathOperator.Divide => "/",
        FhirPathOperator.Div => "div",
        _ => "mod",
    };
}
