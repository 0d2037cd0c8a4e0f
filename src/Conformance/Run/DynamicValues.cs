// Values that the engine makes for ${$…}: ids, times, digits, and the addresses of the servers.

using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using System.Text.RegularExpressions;

namespace FhirHub.Conformance;

/// <summary>Makes the values of one run; one that is asked for by a name is the same for the whole of it.</summary>
internal sealed partial class DynamicValues(EngineOptions options)
{
    private const int MaxDigits = 64;

    private readonly Dictionary<string, string> _named = new(StringComparer.Ordinal);

    /// <summary>The value of what stands after <c>$</c>, such as <c>uuid:patient</c>; null if there is none of that kind.</summary>
    public string? Find(string text)
    {
        if (FindAssertion(text) is { } assertion)
            return assertion;
        var parts = text.Split(':');
        return (parts[0], parts.Length) switch
        {
            ("uuid", <= 2) => Named(text, parts.ElementAtOrDefault(1), NewUuid),
            ("oid", <= 2) => Named(text, parts.ElementAtOrDefault(1), NewOid),
            ("digits", 2 or 3) when int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count is >= 1 and <= MaxDigits =>
                Named(text, parts.ElementAtOrDefault(2), () => NewDigits(count)),
            ("base", <= 2) => DestinationOf(parts)?.FhirBase.ToString().TrimEnd('/'),
            ("dicomweb", <= 2) => DestinationOf(parts)?.DicomwebBase?.ToString().TrimEnd('/'),
            ("origin", <= 2) => DestinationOf(parts)?.FhirBase.GetLeftPart(UriPartial.Authority),
            (_, 1) => FindTime(text),
            _ => null,
        };
    }

    private static string NewUuid() => Guid.NewGuid().ToString("D");

    // PS3.5 B.2: a UUID as a decimal number below 2.25.
    private static string NewOid() => $"2.25.{new BigInteger(Guid.NewGuid().ToByteArray(bigEndian: true), isUnsigned: true, isBigEndian: true)}";

    // The first is no zero, so that the whole is a number of JSON too.
    private static string NewDigits(int count) =>
        string.Create(count, 0, static (digits, _) =>
        {
            for (var i = 0; i < digits.Length; i++)
                digits[i] = (char)('0' + RandomNumberGenerator.GetInt32(i == 0 ? 1 : 0, 10));
        });

    private string Named(string text, string? name, Func<string> make)
    {
        if (name is null)
            return make();
        if (!_named.TryGetValue(text, out var value))
            _named[text] = value = make();
        return value;
    }

    private Destination? DestinationOf(string[] parts)
    {
        var number = 1;
        if (parts.Length == 2 && !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out number))
            return null;
        return number >= 1 && number <= options.Destinations.Count ? options.Destinations[number - 1] : null;
    }

    private string? FindTime(string text)
    {
        var match = Time().Match(text);
        if (!match.Success)
            return null;
        var time = options.Clock.GetUtcNow();
        if (match.Groups["count"] is { Success: true } count)
        {
            var number = int.Parse(count.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
            try
            {
                time = match.Groups["unit"].Value switch
                {
                    "y" => time.AddYears(number),
                    "mo" => time.AddMonths(number),
                    "d" => time.AddDays(number),
                    "h" => time.AddHours(number),
                    "m" => time.AddMinutes(number),
                    _ => time.AddSeconds(number),
                };
            }
            catch (ArgumentOutOfRangeException)
            {
                throw new StepException($"${{${text}}} is no time between the years 1 and 9999.");
            }
        }

        return time.ToString(match.Groups["kind"].Value == "now" ? "yyyy-MM-dd'T'HH:mm:ss.fff'Z'" : "yyyy-MM-dd", CultureInfo.InvariantCulture);
    }

    [GeneratedRegex("^(?<kind>now|today)((?<count>[+-][0-9]{1,7})(?<unit>y|mo|d|h|m|s))?$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Time();
}
