// Whether a value is the fixed one, or has what a pattern wants.

using System.Globalization;
using FhirHub.Model;

namespace FhirHub.Validation;

/// <summary>Comparison of values as R4 elementdefinition-definitions.html#ElementDefinition.fixed_x_ and pattern_x_ have it.</summary>
internal static class ValueMatch
{
    /// <summary>True if both are the same in all parts, in the same order, with the same digits.</summary>
    public static bool IsFixed(ElementNode value, ElementNode wanted)
    {
        if (!IsSamePrimitive(value, wanted))
            return false;
        var (mine, others) = (value.Children, wanted.Children);
        while (others.MoveNext())
        {
            if (!mine.MoveNext())
                return false;
            // Members of a JSON object have no order, so the first of each name is looked for.
            if (mine.Current.Definition != others.Current.Definition)
                return IsFixedInAnyOrder(value, wanted);
            if (!ReferenceEquals(mine.Current.Type, others.Current.Type) || !IsFixed(mine.Current, others.Current))
                return false;
        }

        return !mine.MoveNext();
    }

    /// <summary>True if the value has all that the pattern has; its repetitions may come in any order and among others.</summary>
    public static bool IsPattern(ElementNode value, ElementNode pattern)
    {
        if (pattern.HasValue && !IsSamePrimitive(value, pattern))
            return false;
        foreach (var part in pattern.Children)
        {
            if (!HasPart(value, part))
                return false;
        }

        return true;
    }

    private static bool HasPart(ElementNode value, ElementNode part)
    {
        foreach (var candidate in value.ChildrenOf(part.Definition!))
        {
            if (ReferenceEquals(candidate.Type, part.Type) && IsPattern(candidate, part))
                return true;
        }

        return false;
    }

    private static bool IsFixedInAnyOrder(ElementNode value, ElementNode wanted)
    {
        var left = 0;
        foreach (var part in value.Children)
        {
            left++;
            if (!wanted.ChildrenOf(part.Definition!).Any())
                return false;
        }

        foreach (var part in wanted.Children)
        {
            left--;
            var mine = value.ChildrenOf(part.Definition!);
            for (var skip = part.IndexInElement; skip >= 0; skip--)
            {
                if (!mine.MoveNext())
                    return false;
            }

            if (!ReferenceEquals(mine.Current.Type, part.Type) || !IsFixed(mine.Current, part))
                return false;
        }

        return left == 0;
    }

    // A fixedUri may stand for an element of type canonical: only the values count.
    private static bool IsSamePrimitive(ElementNode value, ElementNode wanted)
    {
        if (value.IsPrimitive != wanted.IsPrimitive || value.HasValue != wanted.HasValue)
            return false;
        if (!value.HasValue)
            return true;
        if (value.IsQuoted != wanted.IsQuoted)
            return false;
        if (value.IsQuoted)
            return value.IsEscaped || wanted.IsEscaped ? value.GetString() == wanted.GetString() : value.RawValue.SequenceEqual(wanted.RawValue);
        // 1.0 and 1.00 are not the same: the digits tell how exact a number is (R4 datatypes.html#decimal).
        return value.RawValue.SequenceEqual(wanted.RawValue)
            || (value.GetDecimal() is { } mine && wanted.GetDecimal() is { } other && mine == other
                && mine.Scale == other.Scale && value.Type.Primitive == PrimitiveKind.Decimal);
    }

    /// <summary>The value for messages, shortened.</summary>
    public static string Show(ElementNode value)
    {
        const int most = 200;
        if (value is { IsPrimitive: true, HasValue: false })
            return "''";
        // One line reads better than the source's own; a value that is cut anyway is not worth writing anew.
        var text = value.HasValue ? $"'{value.GetString()}'"
            : System.Text.Encoding.UTF8.GetString(value.Json.Length > most * 16 ? value.Json.Span[..(most * 4)] : ResourceWriter.ToJson(value));
        return text.Length <= most ? text : string.Create(CultureInfo.InvariantCulture, $"{text.AsSpan(0, char.IsHighSurrogate(text[most - 1]) ? most - 1 : most)}…");
    }
}
