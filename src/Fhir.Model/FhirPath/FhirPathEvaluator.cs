// Walks a syntax tree over a resource. Collections are rented from the evaluator and given back by whoever consumes them.

using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace FhirHub.Model.FhirPath;

/// <summary>What an expression is evaluated against: <c>$this</c>, <c>$index</c> and <c>$total</c>.</summary>
internal readonly struct Frame(in FhirPathValue item, int index = -1, ValueList? collection = null, ValueList? total = null)
{
    /// <summary><c>$this</c>, unless it is a whole collection.</summary>
    public FhirPathValue Item { get; } = item;

    /// <summary><c>$index</c>, or -1.</summary>
    public int Index { get; } = index;

    /// <summary><c>$this</c> if it is a collection.</summary>
    public ValueList? Collection { get; } = collection;

    /// <summary><c>$total</c>, within <c>aggregate()</c>.</summary>
    public ValueList? Total { get; } = total;
}

/// <summary>One evaluation of one expression.</summary>
internal sealed partial class FhirPathEvaluator(FhirPathContext context, ElementNode root)
{
    // A longer collection is left to the garbage collector.
    private const int MaxSpare = 1024;

    // Collections outlive the evaluation for the thread's next one; a host function that evaluates meanwhile gets its own.
    [ThreadStatic]
    private static Stack<ValueList>? _spare;

    private readonly Stack<ValueList> _free = TakeSpare();

    // The clock is read when an evaluation turns out not to be short.
    private long _started;
    private int _steps;

    // now() must be the same wherever an expression asks for it.
    private DateTimeOffset? _now;

    /// <summary>The whole result; the evaluator is used once.</summary>
    public FhirPathValue[] Evaluate(FhirPathSyntax syntax)
    {
        try
        {
            var list = Evaluate(syntax, new Frame(FhirPathValue.Of(root)));
            var values = list.ToArray();
            Return(list);
            return values;
        }
        finally
        {
            Finish();
        }
    }

    /// <summary>The truth of the whole; the evaluator is used once.</summary>
    public bool? Truth(FhirPathSyntax syntax)
    {
        try
        {
            return Truth(syntax, new Frame(FhirPathValue.Of(root)));
        }
        finally
        {
            Finish();
        }
    }

    private void Finish()
    {
        _spare = _free;
        context.Budget?.Take(_steps);
    }

    private static Stack<ValueList> TakeSpare()
    {
        var spare = _spare;
        _spare = null;
        return spare ?? new Stack<ValueList>();
    }

    private ValueList Evaluate(FhirPathSyntax syntax, in Frame frame)
    {
        Step(syntax);
        switch (syntax)
        {
            case MemberSyntax member:
                return Member(member, frame);
            case LiteralSyntax literal:
                return One(literal.Value);
            case FunctionSyntax function:
                return Function(function, frame);
            case BinarySyntax binary:
                return Binary(binary, frame);
            case TypeSyntax type:
                return OfType(type, frame);
            case IndexerSyntax indexer:
                return Indexer(indexer, frame);
            case VariableSyntax variable:
                return Variable(variable, frame);
            case ExternalConstantSyntax constant:
                return ExternalConstant(constant);
            case PolaritySyntax polarity:
                return Polarity(polarity, frame);
            default:
                return Rent();
        }
    }

    // Null for empty; a single item that is no boolean counts as true.
    private bool? Truth(FhirPathSyntax syntax, in Frame frame)
    {
        if (syntax is BinarySyntax binary)
        {
            switch (binary.Operator)
            {
                case FhirPathOperator.And or FhirPathOperator.Or or FhirPathOperator.Xor or FhirPathOperator.Implies:
                    Step(syntax);
                    return Logic(binary, frame);
                case FhirPathOperator.Equal when binary.Right is LiteralSyntax { Value.Kind: FhirPathKind.String } literal:
                    Step(syntax);
                    return EqualsText(binary.Left, literal, frame);
            }
        }
        else if (syntax is FunctionSyntax { Focus: MemberSyntax { Focus: null } member, Arguments.Count: 0 } function
            && function.Signature.Function is FhirPathFunction.Exists or FhirPathFunction.Empty
            && frame is { Collection: null, Item.Kind: FhirPathKind.Node })
        {
            // Most invariants ask whether the element has this or that, which takes no collections.
            Step(syntax);
            return HasMember(frame.Item, member) == (function.Signature.Function == FhirPathFunction.Exists);
        }

        var list = Evaluate(syntax, frame);
        var truth = TruthOf(list, syntax);
        Return(list);
        return truth;
    }

    private static FhirPathException Fault(string message, FhirPathSyntax at, FhirPathFault fault = FhirPathFault.Execution) =>
        new(fault, message, at.Position);

    private static bool? TruthOf(ValueList list, FhirPathSyntax at)
    {
        if (list.Count == 0)
            return null;
        if (list.Count > 1)
            throw Fault("A single item is needed where true or false is asked for, but there are several", at);
        ref readonly var value = ref list[0];
        if (value.Kind == FhirPathKind.Boolean)
            return value.AsBoolean();
        return value.Kind == FhirPathKind.Node && value.Element.Type.Primitive == PrimitiveKind.Boolean ? value.AsBoolean() : true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Step(FhirPathSyntax at)
    {
        if ((++_steps & 1023) == 0 || _steps > context.MaxSteps)
            CheckLimits(at);
    }

    private void CheckLimits(FhirPathSyntax at)
    {
        if (_steps > context.MaxSteps)
            throw Fault($"The evaluation takes more than {context.MaxSteps:N0} steps", at, FhirPathFault.TooCostly);
        if (context.Budget?.Allows(_steps) == false)
            throw Fault("The evaluations that share this one's budget take more steps or time than they may", at, FhirPathFault.TooCostly);
        if (_started == 0)
            _started = Stopwatch.GetTimestamp();
        else if (Stopwatch.GetElapsedTime(_started) > context.MaxTime)
            throw Fault($"The evaluation takes longer than {context.MaxTime.TotalSeconds:0.###} s", at, FhirPathFault.TooCostly);
    }

    private ValueList Rent() => _free.TryPop(out var list) ? list : new ValueList();

    private void Return(ValueList list)
    {
        if (list.Capacity > MaxSpare)
            return;
        list.Clear();
        _free.Push(list);
    }

    private ValueList One(in FhirPathValue value)
    {
        var list = Rent();
        if (value.Exists)
            list.Add(value);
        return list;
    }

    private ValueList One(bool? value) => value is { } known ? One(FhirPathValue.Of(known)) : Rent();

    private ValueList This(in Frame frame)
    {
        if (frame.Collection is not { } collection)
            return One(frame.Item);
        var list = Rent();
        list.AddRange(collection);
        return list;
    }

    private ValueList Focus(FhirPathSyntax? focus, in Frame frame) => focus is null ? This(frame) : Evaluate(focus, frame);

    // Variables that an argument defines are known in that argument only.
    private ValueList Argument(FunctionSyntax function, int index, in Frame frame)
    {
        var scope = _scope;
        var list = Evaluate(function.Arguments[index], frame);
        _scope = scope;
        return list;
    }

    private ValueList Member(MemberSyntax member, in Frame frame)
    {
        var result = Rent();
        if (member.Focus is null)
        {
            if (frame.Collection is null)
            {
                AddMember(frame.Item, member, result);
                return result;
            }

            foreach (ref readonly var item in frame.Collection.Items)
                AddMember(item, member, result);
            return result;
        }

        var focus = Evaluate(member.Focus, frame);
        foreach (ref readonly var item in focus.Items)
            AddMember(item, member, result);
        Return(focus);
        return result;
    }

    private void AddMember(in FhirPathValue item, MemberSyntax member, ValueList result)
    {
        Step(member);
        switch (item.Kind)
        {
            case FhirPathKind.Node:
                AddElements(item, member, result);
                break;
            case FhirPathKind.Type when member.Name == "namespace":
                result.Add(FhirPathValue.Of(item.TypeInfo.Namespace));
                break;
            case FhirPathKind.Type when member.Name == "name":
                result.Add(FhirPathValue.Of(item.TypeInfo.Name));
                break;
            case FhirPathKind.Quantity when member.Name == "value":
                result.Add(FhirPathValue.Of(item.Number));
                break;
            case FhirPathKind.Quantity when member.Name == "unit":
                result.Add(FhirPathValue.Of(item.Unit!));
                break;
        }
    }

    private static void AddElements(in FhirPathValue item, MemberSyntax member, ValueList result)
    {
        var node = item.Element;

        // Type names start in upper case, elements never do.
        if (member.Focus is null && char.IsAsciiLetterUpper(member.Name[0]))
        {
            if (HasName(node.Type, member.Name))
                result.Add(item);
            return;
        }

        if (node.IsPrimitive && member.Name == "value")
        {
            if (item.ToSystem() is { Exists: true } value)
                result.Add(value);
        }
        else if (member.ElementOf(node.Type) is { } element)
        {
            foreach (var child in node.ChildrenOf(element))
            {
                result.Add(FhirPathValue.Of(child));

                // A rule that asks each of a Bundle's entries for the Bundle's type must not go through all entries each time.
                if (!element.IsArray)
                    break;
            }
        }
    }

    private static bool HasMember(in FhirPathValue item, MemberSyntax member)
    {
        var node = item.Element;
        if (char.IsAsciiLetterUpper(member.Name[0]))
            return HasName(node.Type, member.Name);
        if (node.IsPrimitive && member.Name == "value")
            return item.ToSystem().Exists;
        return member.ElementOf(node.Type) is { } element && node.ChildrenOf(element).Any();
    }

    internal static bool HasName(TypeDefinition type, string name)
    {
        for (var t = type; t is not null; t = t.Base)
        {
            if (t.Name == name)
                return true;
        }

        return false;
    }

    private ValueList Indexer(IndexerSyntax indexer, in Frame frame)
    {
        var focus = Evaluate(indexer.Focus, frame);
        var scope = _scope;
        var index = Evaluate(indexer.Index, frame);
        _scope = scope;
        var at = Single(index, indexer.Index).AsInteger();
        if (at is null && index.Count > 0)
            throw Fault("The index must be an integer", indexer.Index);
        var result = at >= 0 && at < focus.Count ? One(focus[at.Value]) : Rent();
        Return(index);
        Return(focus);
        return result;
    }

    // The only item, `default` for none.
    private static FhirPathValue Single(ValueList list, FhirPathSyntax at) => list.Count switch
    {
        0 => default,
        1 => list[0],
        _ => throw Fault($"A single item is needed here, but there are {list.Count}", at),
    };

    private ValueList Variable(VariableSyntax variable, in Frame frame)
    {
        switch (variable.Variable)
        {
            case FhirPathVariable.This:
                return This(frame);
            case FhirPathVariable.Index:
                return frame.Index >= 0 ? One(FhirPathValue.Of(frame.Index)) : Rent();
            default:
                var list = Rent();
                if (frame.Total is not null)
                    list.AddRange(frame.Total);
                return list;
        }
    }

    private ValueList OfType(TypeSyntax syntax, in Frame frame)
    {
        var focus = Focus(syntax.Operand, frame);
        if (focus.Count > 1 && (syntax.Operator == TypeOperator.Is || (syntax.Operator == TypeOperator.As && syntax.IsFunction && !context.AsPicks)))
            throw Fault($"'{(syntax.Operator == TypeOperator.Is ? "is" : "as")}' needs a single item, but there are {focus.Count}", syntax);
        if (syntax.Operator == TypeOperator.Is)
        {
            var answer = focus.Count == 0 ? Rent() : One(FhirPathValue.Of(IsOf(focus[0], syntax.Type, isExact: false)));
            Return(focus);
            return answer;
        }

        // The operator `as` picks among several items: the search parameters of R4 count on it.
        var result = Rent();
        foreach (ref readonly var item in focus.Items)
        {
            Step(syntax);
            if (IsOf(item, syntax.Type, isExact: true))
                result.Add(item);
        }

        Return(focus);
        return result;
    }

    // A code `is` a string, but `as(string)` and `ofType(string)` don't give it: among primitives these want the type itself.
    private static bool IsOf(in FhirPathValue value, FhirPathType type, bool isExact)
    {
        if (ReferenceEquals(type, FhirPathType.Any))
            return true;
        if (value.Kind != FhirPathKind.Node)
            return value.Kind == type.Kind || (value.Kind == FhirPathKind.Quantity && type.Definition?.Name == "Quantity");
        if (type.Definition is not { } wanted)
            return false;
        var actual = value.Element.Type;
        return isExact && actual.IsPrimitive ? ReferenceEquals(actual, wanted) : actual.Is(wanted);
    }
}
