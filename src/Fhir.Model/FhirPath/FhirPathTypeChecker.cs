// Finds before evaluation what can never be right: names that a type does not have, functions on values of other types
// (FHIRPath N1, "Type safety and strict evaluation").

namespace FhirHub.Model.FhirPath;

internal sealed class FhirPathTypeChecker(StaticType root, bool checkOrder)
{
    public static StaticType Check(FhirPathSyntax syntax, TypeDefinition contextType, bool checkOrder)
    {
        var type = StaticType.Of([contextType]);
        return new FhirPathTypeChecker(type, checkOrder).TypeOf(syntax, type);
    }

    private static FhirPathException Fault(string message, FhirPathSyntax at) => new(FhirPathFault.Semantic, message, at.Position);

    private StaticType TypeOf(FhirPathSyntax syntax, StaticType item)
    {
        switch (syntax)
        {
            case LiteralSyntax literal:
                return StaticType.Of(literal.Value.Kind);
            case MemberSyntax member:
                return Member(member, member.Focus is null ? item : TypeOf(member.Focus, item));
            case IndexerSyntax indexer:
                var focus = TypeOf(indexer.Focus, item);
                TypeOf(indexer.Index, item);
                RefuseUnordered(focus, "[]", indexer);
                return focus;
            case PolaritySyntax polarity:
                return TypeOf(polarity.Operand, item);
            case BinarySyntax binary:
                return Binary(binary, TypeOf(binary.Left, item), TypeOf(binary.Right, item));
            case TypeSyntax type:
                var operand = type.Operand is null ? item : TypeOf(type.Operand, item);
                if (type.Operator == TypeOperator.Is)
                    return StaticType.Of(FhirPathKind.Boolean);
                return type.Type.Definition is { } definition
                    ? StaticType.Of([definition]) with { IsUnordered = operand.IsUnordered }
                    : StaticType.Of(type.Type.Kind);
            case VariableSyntax variable:
                return variable.Variable switch
                {
                    FhirPathVariable.This => item,
                    FhirPathVariable.Index => StaticType.Of(FhirPathKind.Integer),
                    _ => StaticType.Unknown,
                };
            case ExternalConstantSyntax constant:
                return constant.Name == "context" ? root : StaticType.Unknown;
            case FunctionSyntax function:
                return Function(function, function.Focus is null ? item : TypeOf(function.Focus, item), item);
            default:
                return StaticType.Unknown;
        }
    }

    private static StaticType Member(MemberSyntax member, StaticType focus)
    {
        if (!focus.IsKnown)
            return focus;
        if (focus.Elements is null)
        {
            return (focus.Kind, member.Name) switch
            {
                (FhirPathKind.Quantity, "value") => StaticType.Of(FhirPathKind.Decimal),
                (FhirPathKind.Quantity, "unit") or (FhirPathKind.Type, "name" or "namespace") => StaticType.Of(FhirPathKind.String),
                _ => throw Fault($"{focus} has no element '{member.Name}'", member),
            };
        }

        var found = new List<TypeDefinition>();
        var isTypeName = member.Focus is null && char.IsAsciiLetterUpper(member.Name[0]);
        foreach (var type in focus.Elements)
        {
            if (isTypeName)
            {
                if (FhirPathEvaluator.HasName(type, member.Name))
                    found.Add(type);
            }
            else if (type.IsPrimitive && member.Name == "value")
            {
                return StaticType.Unknown;
            }
            else if (type.FindElement(member.Name) is { } element)
            {
                found.AddRange(element.Types);
            }
        }

        if (found.Count == 0)
        {
            throw Fault(isTypeName
                ? $"The context is {focus}, not {member.Name}"
                : $"{focus} has no element '{member.Name}'", member);
        }

        return StaticType.Of(found) with { IsUnordered = focus.IsUnordered };
    }

    private static StaticType Binary(BinarySyntax binary, StaticType left, StaticType right) => binary.Operator switch
    {
        FhirPathOperator.Union => left.Or(right),
        FhirPathOperator.Concatenate => StaticType.Of(FhirPathKind.String),
        <= FhirPathOperator.Subtract => StaticType.Unknown,
        _ => StaticType.Of(FhirPathKind.Boolean),
    };

    private StaticType Function(FunctionSyntax function, StaticType focus, StaticType item)
    {
        var id = function.Signature.Function;
        var argument = StaticType.Unknown;
        for (var i = 0; i < function.Arguments.Count; i++)
        {
            // An argument that is evaluated per item has the item for $this; all others have what the function's own step has.
            var isPerItem = id is FhirPathFunction.Where or FhirPathFunction.Select or FhirPathFunction.Repeat or FhirPathFunction.All
                or FhirPathFunction.Exists or FhirPathFunction.Sort or FhirPathFunction.Iif
                || (id == FhirPathFunction.Aggregate && i == 0)
                || (id is FhirPathFunction.Trace or FhirPathFunction.DefineVariable && i == 1);
            var type = TypeOf(function.Arguments[i], isPerItem ? focus with { IsUnordered = false } : item);
            if (id == FhirPathFunction.Iif && i == 0 && !type.MayBe(FhirPathKind.Boolean))
                throw Fault($"The criterion of iif() must be a boolean, not {type}", function);
            argument = i == 0 || id != FhirPathFunction.Iif ? type : i == 1 ? type : argument.Or(type);
        }

        if (id is >= FhirPathFunction.IndexOf and <= FhirPathFunction.Split && !focus.MayBe(FhirPathKind.String))
            throw Fault($"{function.Name}() works on strings, not {focus}", function);
        if (id is FhirPathFunction.First or FhirPathFunction.Last or FhirPathFunction.Tail or FhirPathFunction.Skip or FhirPathFunction.Take)
            RefuseUnordered(focus, $"{function.Name}()", function);
        return Result(function, focus, argument);
    }

    private StaticType Result(FunctionSyntax function, StaticType focus, StaticType argument)
    {
        switch (function.Signature.Function)
        {
            case FhirPathFunction.Where or FhirPathFunction.Single or FhirPathFunction.First or FhirPathFunction.Last
                or FhirPathFunction.Tail or FhirPathFunction.Skip or FhirPathFunction.Take or FhirPathFunction.Intersect
                or FhirPathFunction.Exclude or FhirPathFunction.Distinct or FhirPathFunction.Trace or FhirPathFunction.DefineVariable
                or FhirPathFunction.CheckModifiers or FhirPathFunction.Slice:
                return focus;
            case FhirPathFunction.Sort:
                return focus with { IsUnordered = false };
            case FhirPathFunction.Select or FhirPathFunction.Iif:
                return argument with { IsUnordered = argument.IsUnordered || focus.IsUnordered };
            case FhirPathFunction.Repeat:
                // What the projection gives is projected again.
                return argument.Or(TypeOf(function.Arguments[0], argument));
            case FhirPathFunction.Union or FhirPathFunction.Combine:
                return focus.Or(argument);
            case FhirPathFunction.Children or FhirPathFunction.Descendants:
                return StaticType.Unknown with { IsUnordered = true };
            case FhirPathFunction.Extension:
                return Schema.R4.FindType("Extension") is { } extension ? StaticType.Of([extension]) : StaticType.Unknown;
            case FhirPathFunction.Empty or FhirPathFunction.Exists or (>= FhirPathFunction.All and <= FhirPathFunction.SupersetOf)
                or FhirPathFunction.IsDistinct or FhirPathFunction.Not or FhirPathFunction.StartsWith or FhirPathFunction.EndsWith
                or FhirPathFunction.Contains or FhirPathFunction.Matches or FhirPathFunction.MatchesFull or FhirPathFunction.HasValue
                or FhirPathFunction.HasExtension
                or (>= FhirPathFunction.ConvertsToBoolean and <= FhirPathFunction.ConvertsToTime) or FhirPathFunction.ConformsTo
                or FhirPathFunction.MemberOf or FhirPathFunction.Subsumes or FhirPathFunction.SubsumedBy or FhirPathFunction.HtmlChecks
                or FhirPathFunction.ToBoolean or FhirPathFunction.Comparable:
                return StaticType.Of(FhirPathKind.Boolean);
            case FhirPathFunction.Count or FhirPathFunction.IndexOf or FhirPathFunction.LastIndexOf or FhirPathFunction.Length
                or FhirPathFunction.ToInteger or FhirPathFunction.Precision:
                return StaticType.Of(FhirPathKind.Integer);
            case FhirPathFunction.ToString or FhirPathFunction.Substring or FhirPathFunction.Upper or FhirPathFunction.Lower
                or FhirPathFunction.Replace or FhirPathFunction.ReplaceMatches or (>= FhirPathFunction.ToChars and <= FhirPathFunction.Join):
                return StaticType.Of(FhirPathKind.String);
            case FhirPathFunction.Type:
                return StaticType.Of(FhirPathKind.Type);
            default:
                return StaticType.Unknown;
        }
    }

    private void RefuseUnordered(StaticType focus, string what, FhirPathSyntax at)
    {
        if (checkOrder && focus.IsUnordered)
            throw Fault($"{what} depends on an order that children() and descendants() don't have", at);
    }
}
