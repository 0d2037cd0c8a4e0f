// Which function is computed where; and those that evaluate an argument anew for every item.

namespace FhirHub.Model.FhirPath;

internal sealed partial class FhirPathEvaluator
{
    private ValueList Function(FunctionSyntax function, in Frame frame)
    {
        var input = Focus(function.Focus, frame);
        var result = function.Signature.Function switch
        {
            FhirPathFunction.Where or FhirPathFunction.Select or FhirPathFunction.Repeat or FhirPathFunction.All
                or FhirPathFunction.Exists or FhirPathFunction.Aggregate or FhirPathFunction.Iif or FhirPathFunction.Sort
                or FhirPathFunction.Trace or FhirPathFunction.DefineVariable => Iteration(function, input, frame),
            <= FhirPathFunction.Combine or FhirPathFunction.Children or FhirPathFunction.Descendants or FhirPathFunction.Not
                or FhirPathFunction.Type => Collection(function, input, frame),
            <= FhirPathFunction.ConvertsToTime => Conversion(function, input, frame),
            FhirPathFunction.Split or FhirPathFunction.Join => SplitOrJoin(function, input, frame),
            <= FhirPathFunction.Join => String(function, input, frame),
            <= FhirPathFunction.Truncate or FhirPathFunction.LowBoundary or FhirPathFunction.HighBoundary
                or FhirPathFunction.Precision or FhirPathFunction.Comparable => Math(function, input, frame),
            FhirPathFunction.Now or FhirPathFunction.Today or FhirPathFunction.TimeOfDay => Clock(function.Signature.Function),
            _ => Fhir(function, input, frame),
        };
        Return(input);
        return result;
    }

    private ValueList Iteration(FunctionSyntax function, ValueList input, in Frame frame)
    {
        switch (function.Signature.Function)
        {
            case FhirPathFunction.Where:
                return Where(function.Arguments[0], input, frame);
            case FhirPathFunction.Select:
                return Select(function.Arguments[0], input, frame);
            case FhirPathFunction.Repeat:
                return Repeat(function.Arguments[0], input, frame);
            case FhirPathFunction.All:
                return One(FhirPathValue.Of(FirstWhere(function.Arguments[0], input, frame, wanted: false) < 0));
            case FhirPathFunction.Exists:
                return One(FhirPathValue.Of(function.Arguments.Count == 0
                    ? input.Count > 0
                    : FirstWhere(function.Arguments[0], input, frame, wanted: true) >= 0));
            case FhirPathFunction.Aggregate:
                return Aggregate(function, input, frame);
            case FhirPathFunction.Iif:
                return Iif(function, input, frame);
            case FhirPathFunction.Sort:
                return Sort(function, input, frame);
            case FhirPathFunction.Trace:
                return TraceTo(function, input, frame);
            default:
                return DefineVariable(function, input, frame);
        }
    }

    private ValueList Where(FhirPathSyntax criteria, ValueList input, in Frame frame)
    {
        var result = Rent();
        var scope = _scope;
        for (var i = 0; i < input.Count; i++)
        {
            if (Truth(criteria, new Frame(input[i], i, null, frame.Total)) == true)
                result.Add(input[i]);
            _scope = scope;
        }

        return result;
    }

    // The first item for which the criteria are (or, for false, are not) true; -1 if there is none.
    private int FirstWhere(FhirPathSyntax criteria, ValueList input, in Frame frame, bool wanted)
    {
        var scope = _scope;
        for (var i = 0; i < input.Count; i++)
        {
            var truth = Truth(criteria, new Frame(input[i], i, null, frame.Total)) == true;
            _scope = scope;
            if (truth == wanted)
                return i;
        }

        return -1;
    }

    private ValueList Select(FhirPathSyntax projection, ValueList input, in Frame frame)
    {
        var result = Rent();
        var scope = _scope;
        for (var i = 0; i < input.Count; i++)
        {
            var projected = Evaluate(projection, new Frame(input[i], i, null, frame.Total));
            _scope = scope;
            result.AddRange(projected);
            Return(projected);
        }

        return result;
    }

    // Only items that are new are followed, so a projection that leads back to where it was ends.
    private ValueList Repeat(FhirPathSyntax projection, ValueList input, in Frame frame)
    {
        var result = Rent();
        var known = new HashSet<FhirPathValue>();
        var scope = _scope;
        for (var i = 0; i < input.Count + result.Count; i++)
        {
            var item = i < input.Count ? input[i] : result[i - input.Count];
            var projected = Evaluate(projection, new Frame(item, i, null, frame.Total));
            _scope = scope;
            foreach (ref readonly var value in projected.Items)
            {
                Step(projection);
                if (known.Add(value))
                    result.Add(value);
            }

            Return(projected);
        }

        return result;
    }

    private ValueList Aggregate(FunctionSyntax function, ValueList input, in Frame frame)
    {
        var total = function.Arguments.Count > 1 ? Argument(function, 1, frame) : Rent();
        var scope = _scope;
        for (var i = 0; i < input.Count; i++)
        {
            var next = Evaluate(function.Arguments[0], new Frame(input[i], i, null, total));
            _scope = scope;
            Return(total);
            total = next;
        }

        return total;
    }

    private ValueList Iif(FunctionSyntax function, ValueList input, in Frame frame)
    {
        if (input.Count > 1)
            throw Fault($"iif() needs a single item to be called on, but there are {input.Count}", function);
        var inner = new Frame(input.Count > 0 ? input[0] : default, frame.Index, null, frame.Total);
        var scope = _scope;
        var isTrue = Truth(function.Arguments[0], inner) == true;
        _scope = scope;
        if (!isTrue && function.Arguments.Count < 3)
            return Rent();
        var result = Evaluate(function.Arguments[isTrue ? 1 : 2], inner);
        _scope = scope;
        return result;
    }

    private ValueList TraceTo(FunctionSyntax function, ValueList input, in Frame frame)
    {
        if (context.Trace is not { } trace)
            return Copy(input);
        var names = Argument(function, 0, frame);
        var name = Single(names, function.Arguments[0]).AsString() ?? "";
        Return(names);
        if (function.Arguments.Count == 1)
        {
            trace(name, input.ToArray());
            return Copy(input);
        }

        var projected = Select(function.Arguments[1], input, frame);
        trace(name, projected.ToArray());
        Return(projected);
        return Copy(input);
    }

    // A minus in front of a key turns its order around, for strings and dates too.
    private ValueList Sort(FunctionSyntax function, ValueList input, in Frame frame)
    {
        var keys = System.Math.Max(function.Arguments.Count, 1);
        var rows = new (FhirPathValue Value, FhirPathValue[] Keys)[input.Count];
        for (var i = 0; i < input.Count; i++)
        {
            var row = new FhirPathValue[keys];
            row[0] = input[i];
            for (var k = 0; k < function.Arguments.Count; k++)
            {
                var list = Evaluate(KeyOf(function.Arguments[k]), new Frame(input[i], i, null, frame.Total));
                row[k] = Single(list, function.Arguments[k]);
                Return(list);
            }

            rows[i] = (input[i], row);
        }

        var result = Rent();
        foreach (var (value, _) in rows.Order(Comparer<(FhirPathValue Value, FhirPathValue[] Keys)>.Create((x, y) => CompareKeys(function, x.Keys, y.Keys))))
            result.Add(value);
        return result;
    }

    private static FhirPathSyntax KeyOf(FhirPathSyntax key) => key is PolaritySyntax { IsNegative: true } polarity ? polarity.Operand : key;

    private int CompareKeys(FunctionSyntax function, FhirPathValue[] left, FhirPathValue[] right)
    {
        for (var k = 0; k < left.Length; k++)
        {
            Step(function);
            var (l, r) = (left[k].ToSystem(), right[k].ToSystem());
            if (!l.Exists || !r.Exists)
            {
                // An item without the key comes first, whichever way the key is sorted.
                if (l.Exists != r.Exists)
                    return l.Exists.CompareTo(r.Exists);
                continue;
            }

            if (!FhirPathComparison.TryCompare(l, r, out var order))
                throw Fault($"{l.Type} and {r.Type} can't be sorted together", function);
            if (order is not (null or 0))
                return k < function.Arguments.Count && function.Arguments[k] is PolaritySyntax { IsNegative: true } ? -order.Value : order.Value;
        }

        return 0;
    }

    private ValueList Clock(FhirPathFunction function)
    {
        var now = _now ??= context.TimeProvider.GetLocalNow();
        return One(FhirPathValue.Of(function switch
        {
            FhirPathFunction.Today => new FhirPathTemporal(FhirPathKind.Date, now.Date, TemporalPrecision.Day),
            FhirPathFunction.TimeOfDay => new FhirPathTemporal(FhirPathKind.Time, new DateTime(now.TimeOfDay.Ticks), TemporalPrecision.Second, 3),
            _ => new FhirPathTemporal(FhirPathKind.DateTime, now.DateTime, TemporalPrecision.Second, 3, (int)now.Offset.TotalMinutes),
        }));
    }
}
