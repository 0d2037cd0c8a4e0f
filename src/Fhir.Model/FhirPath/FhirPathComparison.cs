// When items are equal, equivalent, less or greater (FHIRPath N1, "Equality" and "Comparison").

using System.Text;

namespace FhirHub.Model.FhirPath;

internal static class FhirPathComparison
{
    // Deeper parts of an element add little to what tells it from others.
    private const int HashDepth = 3;

    /// <summary>The operator <c>=</c> between two items; null for "can't be said".</summary>
    public static bool? AreEqual(in FhirPathValue left, in FhirPathValue right)
    {
        if (left.Kind == FhirPathKind.Node && right.Kind == FhirPathKind.Node)
        {
            var (a, b) = (left.Element, right.Element);
            if (a == b)
                return true;
            if (IsPlainText(a) && IsPlainText(b))
                return a.RawValue.SequenceEqual(b.RawValue);
            if (!a.HasValue && !b.HasValue && !(FhirPathQuantity.IsQuantity(a.Type) && FhirPathQuantity.IsQuantity(b.Type)))
                return AreEqualElements(a, b);
        }

        var l = left.ToSystem();
        var r = right.ToSystem();
        if (!l.Exists || !r.Exists)
            return null;
        if (l.IsNumber && r.IsNumber)
            return l.Number == r.Number;
        if (l.Kind == FhirPathKind.Quantity || r.Kind == FhirPathKind.Quantity)
            return FhirPathQuantity.TryPair(ref l, ref r) ? FhirPathQuantity.Compare(l, r) is { } order ? order == 0 : null : false;
        if (l.AsTemporal() is { } x && r.AsTemporal() is { } y)
            return (x.Kind == FhirPathKind.Time) == (y.Kind == FhirPathKind.Time) ? Order(x, y) is { } order ? order == 0 : null : false;
        if (l.Kind != r.Kind)
            return false;
        return l.Kind switch
        {
            FhirPathKind.Boolean => l.AsBoolean() == r.AsBoolean(),
            FhirPathKind.String => string.Equals(l.AsString(), r.AsString(), StringComparison.Ordinal),
            FhirPathKind.Type => l.TypeInfo.ToString() == r.TypeInfo.ToString(),
            _ => false,
        };
    }

    /// <summary>The operator <c>~</c> between two items.</summary>
    public static bool AreEquivalent(in FhirPathValue left, in FhirPathValue right)
    {
        var l = left.ToSystem();
        var r = right.ToSystem();
        if (l.Kind == FhirPathKind.Node && r.Kind == FhirPathKind.Node)
            return AreEquivalentElements(l.Element, r.Element);
        if (!l.Exists || !r.Exists)
            return left.Kind == FhirPathKind.Node && right.Kind == FhirPathKind.Node && AreEquivalentElements(left.Element, right.Element);
        if (l.IsNumber && r.IsNumber)
            return AreEquivalentNumbers(l.Number, r.Number);
        if (l.Kind == FhirPathKind.Quantity || r.Kind == FhirPathKind.Quantity)
            return FhirPathQuantity.TryPair(ref l, ref r) && FhirPathQuantity.AreEquivalent(l, r);
        if (l.AsTemporal() is { } x && r.AsTemporal() is { } y)
            return (x.Kind == FhirPathKind.Time) == (y.Kind == FhirPathKind.Time) && Order(x, y) == 0;
        if (l.Kind == FhirPathKind.String && r.Kind == FhirPathKind.String)
            return string.Equals(Normalize(l.AsString()!), Normalize(r.AsString()!), StringComparison.OrdinalIgnoreCase);
        return AreEqual(l, r) == true;
    }

    /// <summary>
    /// Orders two items; false if their types have no order between them. A null order is "can't be said".
    /// </summary>
    public static bool TryCompare(in FhirPathValue left, in FhirPathValue right, out int? order)
    {
        var l = left.ToSystem();
        var r = right.ToSystem();
        order = null;
        if (!l.Exists || !r.Exists)
            return true;
        if (l.IsNumber && r.IsNumber)
        {
            order = l.Number.CompareTo(r.Number);
            return true;
        }

        if (l.Kind == FhirPathKind.String && r.Kind == FhirPathKind.String)
        {
            order = string.CompareOrdinal(l.AsString(), r.AsString());
            return true;
        }

        if (l.AsTemporal() is { } x && r.AsTemporal() is { } y)
        {
            order = Order(x, y);
            return (x.Kind == FhirPathKind.Time) == (y.Kind == FhirPathKind.Time);
        }

        if ((l.Kind != FhirPathKind.Quantity && r.Kind != FhirPathKind.Quantity) || !FhirPathQuantity.TryPair(ref l, ref r))
            return false;
        order = FhirPathQuantity.Compare(l, r);
        return true;
    }

    /// <summary>Rounds both to the digits of the less precise (FHIRPath N1, "Equivalent").</summary>
    public static bool AreEquivalentNumbers(decimal left, decimal right)
    {
        var digits = Math.Min(left.Scale, right.Scale);
        return Math.Round(left, digits, MidpointRounding.AwayFromZero) == Math.Round(right, digits, MidpointRounding.AwayFromZero);
    }

    /// <summary>A hash that equal values share, whatever their units, time zones and trailing zeros.</summary>
    public static int HashOf(in FhirPathValue system) => system.Kind switch
    {
        FhirPathKind.Boolean => system.AsBoolean() == true ? 1 : 0,
        FhirPathKind.Integer or FhirPathKind.Decimal => system.Number.GetHashCode(),
        FhirPathKind.String => system.AsString()!.GetHashCode(StringComparison.Ordinal),
        FhirPathKind.Node => HashOf(system.Element, HashDepth),
        FhirPathKind.Quantity => FhirPathQuantity.HashOf(system),
        _ when system.AsTemporal() is { } temporal => HashCode.Combine(temporal.UtcTicks, temporal.Precision, temporal.OffsetMinutes.HasValue),
        _ => 0,
    };

    private static int HashOf(ElementNode node, int depth)
    {
        var hash = new HashCode();
        hash.Add(node.Type.Index);
        if (node.HasValue && FhirPathValue.IsText(node.Type.Primitive))
        {
            byte[] buffer = [];
            hash.AddBytes(node.GetUtf8(ref buffer));
        }
        else if (node.HasValue || FhirPathQuantity.IsQuantity(node.Type))
        {
            hash.Add(HashOf(FhirPathValue.Of(node).ToSystem()));
            return hash.ToHashCode();
        }

        if (depth > 0)
        {
            foreach (var child in node.Children)
                hash.Add(HashOf(child, depth - 1));
        }

        return hash.ToHashCode();
    }

    // Such texts are equal if their bytes are, so no string is made of them.
    private static bool IsPlainText(ElementNode node) =>
        node.HasValue && FhirPathValue.IsText(node.Type.Primitive) && !node.IsEscaped;

    private static int? Order(FhirPathTemporal left, FhirPathTemporal right) => FhirPathTemporal.Compare(left, right);

    private static bool AreEqualElements(ElementNode left, ElementNode right)
    {
        if (!ReferenceEquals(left.Type, right.Type) || left.HasValue != right.HasValue)
            return false;
        if (left.HasValue && AreEqual(FhirPathValue.Of(left).ToSystem(), FhirPathValue.Of(right).ToSystem()) != true)
            return false;
        var (mine, others) = (left.Children, right.Children);
        while (mine.MoveNext())
        {
            if (!others.MoveNext() || mine.Current.Definition != others.Current.Definition
                || !AreEqualElements(mine.Current, others.Current))
            {
                return false;
            }
        }

        return !others.MoveNext();
    }

    // Repetitions may come in any order, so each one looks for a partner that no other has taken.
    private static bool AreEquivalentElements(ElementNode left, ElementNode right)
    {
        if (!ReferenceEquals(left.Type, right.Type) || left.HasValue != right.HasValue)
            return false;
        if (left.HasValue && !AreEquivalent(FhirPathValue.Of(left).ToSystem(), FhirPathValue.Of(right).ToSystem()))
            return false;
        var partners = right.Children.ToList();
        foreach (var child in left.Children)
        {
            var found = -1;
            for (var i = 0; i < partners.Count && found < 0; i++)
            {
                if (partners[i].Definition == child.Definition && AreEquivalentElements(child, partners[i]))
                    found = i;
            }

            if (found < 0)
                return false;
            partners.RemoveAt(found);
        }

        return partners.Count == 0;
    }

    // Runs of white space count as one blank.
    private static string Normalize(string text)
    {
        var normal = new StringBuilder(text.Length);
        foreach (var c in text.AsSpan().Trim())
        {
            if (!char.IsWhiteSpace(c))
                normal.Append(c);
            else if (normal[^1] != ' ')
                normal.Append(' ');
        }

        return normal.ToString();
    }
}
