// Values of each parameter type, with their prefixes (R4 search.html#ptypes, #prefix).

using System.Globalization;
using FhirHub.Model;

namespace FhirHub.Search;

internal sealed partial class SearchParse
{
    // For near without a distance, which R4 leaves to the server: what a city means by near.
    private const double DefaultMetres = 5000;

    private const double HalfOfTheEarth = 20_037_508;

    private SearchPredicate Predicate(SearchParameter parameter, string? modifier, string value) => parameter.Type switch
    {
        SearchParameterType.String => Text(parameter, modifier, value),
        SearchParameterType.Token => Token(parameter.Code, modifier, value),
        SearchParameterType.Reference => Reference(parameter, modifier, value),
        SearchParameterType.Uri => Uri(modifier, value),
        SearchParameterType.Date => Date(parameter.Code, value),
        SearchParameterType.Number => Number(parameter.Code, SearchText.Unescape(value)),
        SearchParameterType.Quantity => Quantity(parameter.Code, value),
        SearchParameterType.Composite => Composite(parameter, value),
        _ => Near(parameter.Code, value),
    };

    private static StringPredicate Text(SearchParameter parameter, string? modifier, string value)
    {
        var text = SearchText.Unescape(value);
        if (modifier == "exact")
            return new StringPredicate(StringMatch.Exact, text);
        var folded = StringFolding.Fold(text);
        return folded.Length > 0
            ? new StringPredicate(modifier == "contains" ? StringMatch.Contains : StringMatch.StartsWith, folded)
            : throw new SearchFault("value", SearchMessages.NothingToSearch, parameter.Code, Shown(text));
    }

    private SearchPredicate Token(string code, string? modifier, string value)
    {
        if (modifier is "in" or "not-in")
            return InValueSet($"{code}:{modifier}", value);
        if (modifier is "above" or "below")
            return Subsumed($"{code}:{modifier}", modifier == "above" ? SubsumptionSide.Above : SubsumptionSide.Below, value);
        if (modifier == "text")
        {
            var folded = StringFolding.Fold(SearchText.Unescape(value));
            return folded.Length > 0 ? new TokenTextPredicate(folded) : throw new SearchFault("value", SearchMessages.NoText, code);
        }

        var parts = SearchText.Split(value, '|').ConvertAll(SearchText.Unescape);
        if (modifier == "of-type")
        {
            return parts is [{ Length: > 0 } system, { Length: > 0 } type, { Length: > 0 } identifier]
                ? new OfTypePredicate(system, type, identifier)
                : throw new SearchFault("value", SearchMessages.OfType, code, Shown(value));
        }

        return parts switch
        {
            [{ Length: > 0 } only] => new TokenPredicate(null, only),
            [{ Length: > 0 } system, ""] => new TokenPredicate(system, null),
            [var system, { Length: > 0 } token] => new TokenPredicate(system, token),
            _ => throw new SearchFault("value", SearchMessages.Token, code, Shown(value)),
        };
    }

    // A canonical URL with or without |version, or ValueSet/id: what terminology takes (R4 search.html#token).
    private ValueSetPredicate InValueSet(string asked, string value)
    {
        AskTerminology(asked);
        return new ValueSetPredicate(SearchText.Unescape(value));
    }

    private SubsumptionPredicate Subsumed(string asked, SubsumptionSide side, string value)
    {
        AskTerminology(asked);
        return SearchText.Split(value, '|').ConvertAll(SearchText.Unescape) is [{ Length: > 0 } system, { Length: > 0 } code]
            ? new SubsumptionPredicate(side, system, code)
            : throw new SearchFault("value", SearchMessages.Hierarchy, asked, Shown(value));
    }

    private void AskTerminology(string asked)
    {
        if (!_hasTerminology)
            throw new SearchFault("not-supported", SearchMessages.NoTerminology, asked);
        AsksTerminology = true;
    }

    private static UriPredicate Uri(string? modifier, string value) => new(
        modifier switch { "above" => UriMatch.Above, "below" => UriMatch.Below, _ => UriMatch.Exact },
        SearchText.Unescape(value));

    private static SearchPrefix Prefix(ref string value)
    {
        if (value.Length < 2 || !char.IsAsciiLetter(value[0]))
            return SearchPrefix.Eq;
        SearchPrefix? prefix = value[..2] switch
        {
            "eq" => SearchPrefix.Eq,
            "ne" => SearchPrefix.Ne,
            "gt" => SearchPrefix.Gt,
            "lt" => SearchPrefix.Lt,
            "ge" => SearchPrefix.Ge,
            "le" => SearchPrefix.Le,
            "sa" => SearchPrefix.Sa,
            "eb" => SearchPrefix.Eb,
            "ap" => SearchPrefix.Ap,
            _ => null,
        };
        if (prefix is null)
            return SearchPrefix.Eq;
        value = value[2..];
        return prefix.Value;
    }

    private RangePredicate Date(string code, string value)
    {
        var text = SearchText.Unescape(value);
        var prefix = Prefix(ref text);

        // A plus sign that was not percent-encoded arrives as a space.
        if (!DateRange.TryParse(text.Replace(' ', '+'), out var range))
        {
            throw new SearchFault("value", SearchMessages.Date, code, Shown(value));
        }

        if (prefix == SearchPrefix.Ap)
        {
            // "10% of the gap between now and the date" (R4 search.html#prefix). To the day, so that the pages of a search agree.
            var today = DateRange.Of(new DateTimeOffset(_now.UtcDateTime.Date, TimeSpan.Zero));
            var gap = today < range.Low ? range.Low - today : today > range.High ? today - range.High : 0;
            return new RangePredicate(prefix, range.Low - (gap / 10), range.High + (gap / 10)) { Asked = (range.Low, range.High) };
        }

        return new RangePredicate(prefix, range.Low, range.High);
    }

    private static NumberPredicate Number(string code, string text)
    {
        var prefix = Prefix(ref text);
        if (text.Length > 40 || !IsNumber(text) || !decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
            || Math.Abs(value) > 1e27m)
        {
            throw new SearchFault("value", SearchMessages.Number, code, Shown(text));
        }

        var half = prefix == SearchPrefix.Ap ? Math.Abs(value) / 10 : HalfOfLastDigit(text);
        return new NumberPredicate(prefix, value, value - half, value + half);
    }

    // Spaces and long exponents, which decimal.TryParse lets pass, are no number of FHIR's.
    private static bool IsNumber(string text)
    {
        var e = text.IndexOfAny(['e', 'E']);
        return text.Length > 0 && char.IsAsciiDigit(text[^1]) && (e < 0 || text.Length - e <= 4)
            && text.All(c => char.IsAsciiDigit(c) || c is '.' or '-' or '+' or 'e' or 'E');
    }

    // 5.40 stands for 5.395 to 5.405, 1e2 for 50 to 150: half of the last digit given (R4 search.html#number).
    private static decimal HalfOfLastDigit(string text)
    {
        var e = text.IndexOfAny(['e', 'E']);
        var exponent = e < 0 ? 0 : int.Parse(text.AsSpan(e + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var mantissa = e < 0 ? text : text[..e];
        var point = mantissa.IndexOf('.', StringComparison.Ordinal);
        var scale = (point < 0 ? 0 : mantissa.Length - point - 1) - exponent;
        var half = 0.5m;
        for (; scale > 0 && half > 0; scale--)
            half /= 10;
        for (; scale < 0 && half < 1e27m; scale++)
            half *= 10;
        return half;
    }

    private static QuantityPredicate Quantity(string code, string value)
    {
        var parts = SearchText.Split(value, '|').ConvertAll(SearchText.Unescape);
        if (parts.Count is not (1 or 3))
            throw new SearchFault("value", SearchMessages.Quantity, code, Shown(value));
        var number = Number(code, parts[0]);
        var system = parts.Count == 3 && parts[1].Length > 0 ? parts[1] : null;
        var unit = parts.Count == 3 && parts[2].Length > 0 ? parts[2] : null;
        return new QuantityPredicate(number, system, unit, system == Ucum.System && unit is not null ? Canonical(number, unit) : null);
    }

    // Null where the unit is not UCUM's, and for units such as [pH], whose proper values fall as they rise.
    private static CanonicalQuantity? Canonical(NumberPredicate number, string code)
    {
        if (!Ucum.TryParse(code, out var unit)
            || !unit.TryToCanonical(number.Value, out var value)
            || !unit.TryToCanonical(number.Low, out var low)
            || !unit.TryToCanonical(number.High, out var high)
            || low > high)
            return null;
        return new CanonicalQuantity(new NumberPredicate(number.Prefix, value, low, high), unit.CanonicalUnits);
    }

    private CompositePredicate Composite(SearchParameter parameter, string value)
    {
        var parts = SearchText.Split(value, '$');
        if (parts.Count != parameter.Components.Count || parts.Exists(p => p.Length == 0))
        {
            throw new SearchFault("value", SearchMessages.Composite, parameter.Code, Shown(value), parameter.Components.Count.ToString(CultureInfo.InvariantCulture), string.Join("$", parameter.Components.Select(c => c.Parameter.Code)));
        }

        return new CompositePredicate([.. parts.Select((part, i) => Predicate(parameter.Components[i].Parameter, null, part))]);
    }

    // latitude|longitude|distance|units (R4 location.html#search).
    private static NearPredicate Near(string code, string value)
    {
        var parts = SearchText.Split(value, '|').ConvertAll(SearchText.Unescape);
        var metres = DefaultMetres;
        if (parts.Count is < 2 or > 4
            || !Degrees(parts[0], 90, out var latitude)
            || !Degrees(parts[1], 180, out var longitude)
            || (parts.Count > 2 && !Metres(parts[2], parts.Count > 3 ? parts[3] : "km", out metres)))
        {
            throw new SearchFault("value", SearchMessages.Near, code, Shown(value));
        }

        return new NearPredicate(latitude, longitude, metres);
    }

    private static bool Degrees(string text, double limit, out double degrees) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out degrees) && Math.Abs(degrees) <= limit;

    private static bool Metres(string text, string unit, out double metres)
    {
        metres = 0;
        if (!decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var distance) || distance < 0
            || !Ucum.TryCanonicalize(unit.Length == 0 ? "km" : unit, distance, out var canonical, out var units) || units != "m")
            return false;
        metres = Math.Min((double)canonical, HalfOfTheEarth);
        return true;
    }
}
