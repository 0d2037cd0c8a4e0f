// Searches by tokens, strings, dates, references, quantities and composites.

using System.Globalization;
using System.Text;

namespace FhirHub.Conformance.Generation;

internal sealed partial class SearchCases
{
    private IEnumerable<SearchCase> Tokens()
    {
        var token = Pick(static values => values.Tokens);
        if (token is not null)
        {
            var code = QueryText.Value(token.Code);
            yield return Case($"{Code}={code}", "a code without its system", values => values.Tokens.Exists(value => value.Code == token.Code));
            if (token.System is { } system)
            {
                var whole = $"{QueryText.Value(system)}|{code}";
                yield return Case($"{Code}={whole}", "a code with its system", Has(token));
                yield return Case($"{Code}={QueryText.Value(system)}|", "any code of a system", values => values.Tokens.Exists(value => value.System == system));
                yield return Case($"{Code}=urn:uuid:{Nowhere}|{code}", "the code in another system", static _ => false);
                yield return Case($"{Code}=|{code}", "the code without any system", values => values.Tokens.Exists(value => value.System is null && !value.IsSystemImplied && value.Code == token.Code));
                if (parameter.Code != "identifier")
                    yield return Case($"{Code}:not={whole}", "all that have another code or none", values => !values.Tokens.Contains(token));
                yield return Case($"{Code}={whole},urn:uuid:{Nowhere}|x", "one of two codes", Has(token));
            }
            else if (token.IsSystemImplied && parameter.Code is not ("phone" or "email"))
            {
                yield return Case($"{Code}:not={code}", "all that have another code or none", values => !values.Tokens.Contains(token));
            }
        }

        yield return Case($"{Code}={Nowhere}", "a code that is nowhere", static _ => false);

        static Func<SearchValues, bool?> Has(TokenValue token) => values => values.Tokens.Contains(token);
    }

    private IEnumerable<SearchCase> Strings()
    {
        // Words of one script: how a name reads in another is more than the standard asks for.
        if (Pick(static values => values.Strings, static text => text.Length > 1) is { } text)
        {
            var start = text[..Math.Max(1, Math.Min(3, text.Length - 1))];
            yield return Case($"{Code}={QueryText.Value(start)}", "how it begins", values => StartsWith(values, start));
            yield return Case($"{Code}={QueryText.Value(text)}", "the whole of it", values => StartsWith(values, text));
            if (Fold(text) != text)
                yield return Case($"{Code}={QueryText.Value(text.ToUpperInvariant())}", "the whole of it in capitals", values => StartsWith(values, text));
            yield return Case($"{Code}:exact={QueryText.Value(text)}", "exactly that", values => values.Strings.Contains(text));
            yield return Case($"{Code}:exact={QueryText.Value(start)}", "exactly its beginning", values => values.Strings.Contains(start));
            yield return Case($"{Code}:contains={QueryText.Value(text[1..])}", "a part of it", values => Contains(values, text[1..]));
        }

        yield return Case($"{Code}={Nowhere}", "a text that is nowhere", static _ => false);
    }

    private static bool? StartsWith(SearchValues values, string text) =>
        values.Strings.Exists(value => Fold(value).StartsWith(Fold(text), StringComparison.Ordinal)) ? true : Contains(values, text) == true ? null : Unlike(values, text);

    private static bool? Contains(SearchValues values, string text) =>
        values.Strings.Exists(value => Fold(value).Contains(Fold(text), StringComparison.Ordinal)) ? true : Unlike(values, text);

    // A server may find 王 by wang, and may not.
    private static bool? Unlike(SearchValues values, string text) =>
        text.All(char.IsAscii) && values.Strings.Exists(static value => value.Any(static c => !char.IsAscii(c))) ? null : false;

    private static string Fold(string text) => text.Normalize(NormalizationForm.FormKD).ToLowerInvariant();

    private IEnumerable<SearchCase> Dates()
    {
        if (Pick(static values => values.Dates) is { } date)
        {
            if (!date.IsPeriod)
            {
                yield return Date("", date.Text, "that date");
                yield return Date("", date.Text[..4], "its year");
            }

            yield return Date("ge", date.Text, "that date or later");
            yield return Date("le", date.Text, "that date or earlier");
            var inner = date.Low == DateTimeOffset.MinValue ? date.High : date.Low;
            var (before, after) = (Day(inner, -3), Day(date.High == DateTimeOffset.MaxValue ? inner : date.High, 3));
            yield return Date("gt", before, "later than three days before");
            yield return Date("lt", before, "earlier than three days before");
            yield return Date("sa", before, "what starts after the day three days before");
            yield return Date("eb", after, "what ends before the day three days after");
            yield return Date("lt", after, "earlier than three days after");
            yield return Date("sa", after, "what starts after the day three days after");
            yield return Range(before, after);
        }

        yield return Case($"{Code}=1871-01-18", "a day of another century", static values => values.Dates.Exists(static value => value.Low == DateTimeOffset.MinValue) ? null : false);

        SearchCase Date(string prefix, string text, string says) =>
            Case($"{Code}={prefix}{QueryText.Value(text)}", says, values => IsFound(values, prefix.Length == 0 ? "eq" : prefix, text));
        SearchCase Range(string from, string to) =>
            Case($"{Code}=ge{from}&{Code}=le{to}", "between two days", values => (IsFound(values, "ge", from), IsFound(values, "le", to)) switch
            {
                (false, _) or (_, false) => false,
                (true, true) => true,
                _ => null,
            });
    }

    private static string Day(DateTimeOffset at, int days) => at.AddDays(days).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static bool? IsFound(SearchValues values, string prefix, string text)
    {
        var query = DateRange.Of(text)!;
        var results = values.Dates.Select(value => DateRange.Matches(value, prefix, query)).ToList();
        return results.Contains(true) ? true : results.Contains(null) ? null : false;
    }

    private IEnumerable<SearchCase> References()
    {
        if (Pick(static values => values.References, IsCreated) is { } reference)
        {
            var target = Target(reference)!;
            yield return Case($"{Code}={target.Reference}", "type and id", Refers(reference));
            yield return Case($"{Code}={target.Variable}", "the id alone", Refers(reference));
            yield return Case($"{Code}:{target.Type}={target.Variable}", "the id, with the type as modifier", Refers(reference));
            if (target.Identifier is { } identifier)
                yield return Case($"{Code}:{target.Type}.identifier={QueryText.Encode(identifier)}", "what the resource that it refers to is identified by", Refers(reference));
            if (target.Type == "Patient" && (string?)target.Source["gender"] is { } gender)
            {
                yield return Case($"{Code}:Patient.gender={gender}", "a fact of the patient", values =>
                    values.References.Select(Target).Any(found => (string?)found?.Source["gender"] == gender));
            }

            yield return Case($"{Code}={target.Type}/{Nowhere}", "a resource that is nowhere", static _ => false);
        }
        else
        {
            yield return Case($"{Code}={Nowhere}", "a resource that is nowhere", static _ => false);
        }

        bool IsCreated(string reference) => Target(reference) is not null;
        static Func<SearchValues, bool?> Refers(string reference) => values => values.References.Contains(reference);
    }

    private Fixture? Target(string reference) => plan.Fixtures.FirstOrDefault(fixture => $"{fixture.Type}/{fixture.Id}" == reference);

    private IEnumerable<SearchCase> Quantities()
    {
        if (Pick(static values => values.Quantities) is { } quantity)
        {
            var number = quantity.Number.ToString(CultureInfo.InvariantCulture);
            var unit = quantity.Code is { } code && quantity.System is { } system ? $"|{QueryText.Value(system)}|{QueryText.Value(code)}" : "";
            yield return Quantity("", number, "", "the number alone");
            yield return Quantity("", number, unit, "the number with its unit");
            yield return Quantity("ge", number, unit, "that much or more");
            yield return Quantity("le", number, unit, "that much or less");
            yield return Quantity("gt", (quantity.Number + 1).ToString(CultureInfo.InvariantCulture), unit, "more than one more");
            yield return Quantity("lt", (quantity.Number + 1).ToString(CultureInfo.InvariantCulture), unit, "less than one more");
            if (unit.Length > 0)
            {
                yield return Case($"{Code}={number}||{QueryText.Value(quantity.Code!)}", "the number with the code of its unit", values => Is(values, "eq", quantity.Number, unit));
                yield return Case($"{Code}={number}|urn:uuid:{Nowhere}|{QueryText.Value(quantity.Code!)}", "the number in a unit of another system", static _ => false);
            }
        }

        yield return Case($"{Code}=987654321", "a number that is nowhere", static _ => false);

        SearchCase Quantity(string prefix, string number, string unit, string says) =>
            Case($"{Code}={prefix}{number}{unit}", says, values => Is(values, prefix.Length == 0 ? "eq" : prefix, decimal.Parse(number, CultureInfo.InvariantCulture), unit));
        bool? Is(SearchValues values, string prefix, decimal number, string unit)
        {
            var results = values.Quantities.Select(value => IsQuantity(value, prefix, number, unit)).ToList();
            return results.Contains(true) ? true : results.Contains(null) ? null : false;
        }
    }

    private static bool? IsQuantity(QuantityValue value, string prefix, decimal number, string unit)
    {
        // Servers may convert one unit to another.
        if (unit.Length > 0 && $"|{QueryText.Value(value.System ?? "")}|{QueryText.Value(value.Code ?? "")}" != unit)
            return value.Code is null ? false : null;
        return prefix switch
        {
            "ge" => value.Number >= number,
            "le" => value.Number <= number,
            "gt" => value.Number > number,
            "lt" => value.Number < number,
            _ => value.Number == number ? true : Math.Abs(value.Number - number) < 1 ? null : false,
        };
    }

    private IEnumerable<SearchCase> Composites()
    {
        var pair = plan.Mains.SelectMany(main => Values(main).Composites).FirstOrDefault(static parts => parts is [{ Tokens.Count: > 0 }, { Quantities.Count: > 0 }]);
        if (pair is null)
            yield break;
        var (token, quantity) = (pair[0].Tokens[0], pair[1].Quantities[0]);
        var code = token.System is null ? QueryText.Value(token.Code) : $"{QueryText.Value(token.System)}|{QueryText.Value(token.Code)}";
        var number = quantity.Number.ToString(CultureInfo.InvariantCulture);
        yield return Pair($"{code}$ge{number}", "the code with at least that value", parts => parts[1].Quantities.Exists(value => value.Number >= quantity.Number));
        yield return Pair($"{code}$lt{number}", "the code with less", parts => parts[1].Quantities.Exists(value => value.Number < quantity.Number));
        yield return Pair($"{code}$gt{(quantity.Number + 1000).ToString(CultureInfo.InvariantCulture)}", "the code with a thousand more", parts => parts[1].Quantities.Exists(value => value.Number > quantity.Number + 1000));
        yield return Case($"{Code}=urn:uuid:{Nowhere}|x$ge{number}", "another code with that value", static _ => false);

        SearchCase Pair(string value, string says, Func<IReadOnlyList<SearchValues>, bool> fits) =>
            Case($"{Code}={value}", says, values => values.Composites.Exists(parts => parts[0].Tokens.Contains(token) && fits(parts)));
    }
}
