// Searches as the standard words them, over all that there is and without any index: what the real ones are compared with.

using System.Globalization;
using System.Text.RegularExpressions;
using FhirHub.Dicom;

namespace FhirHub.Dicomweb.Tests.Search;

/// <summary>An instance with the values of its attributes by keyword; several values have backslashes between them.</summary>
internal sealed record PlainInstance(string Study, string Series, string Instance, IReadOnlyDictionary<string, string> Values, IReadOnlyList<IReadOnlyDictionary<string, string>> Requests);

/// <summary>Evaluates keys one by one.</summary>
internal static class PlainSearch
{
    /// <summary>The UIDs of matches in the order of answers.</summary>
    /// <param name="all">All instances.</param>
    /// <param name="level">What is searched for.</param>
    /// <param name="keys">Keys by keyword, or by path for those of requests.</param>
    /// <param name="empty">Whether two quotes ask for no value.</param>
    /// <param name="multiple">Whether backslashes part alternatives.</param>
    public static string[] Find(IReadOnlyList<PlainInstance> all, IndexLevel level, IReadOnlyList<(string Key, string Value)> keys, bool empty, bool multiple)
    {
        var modalities = all.GroupBy(one => one.Study).ToDictionary(study => study.Key, study => string.Join('\\', study.Select(one => one.Values["Modality"]).Distinct()));
        var order = all.GroupBy(one => one.Study).ToDictionary(study => study.Key, study => Order(study.First()));
        return [.. all
            .Where(one => Matches(one, modalities[one.Study], keys, empty, multiple))
            .OrderByDescending(one => order[one.Study], StringComparer.Ordinal)
            .ThenByDescending(one => all.Select(other => other.Study).Distinct().ToList().IndexOf(one.Study))
            .ThenBy(one => Number(one, "SeriesNumber")).ThenBy(one => one.Series, StringComparer.Ordinal)
            .ThenBy(one => Number(one, "InstanceNumber")).ThenBy(one => one.Instance, StringComparer.Ordinal)
            .Select(one => level switch { IndexLevel.Study => one.Study, IndexLevel.Series => one.Series, _ => one.Instance })
            .Distinct()];
    }

    private static string Order(PlainInstance one) =>
        one.Values.GetValueOrDefault("StudyDate", "") is { Length: > 0 } date ? date + Time(one.Values.GetValueOrDefault("StudyTime", "00")) : "";

    private static long Number(PlainInstance one, string keyword) =>
        one.Values.TryGetValue(keyword, out var text) && text.Length > 0 ? long.Parse(text, CultureInfo.InvariantCulture) : long.MaxValue;

    private static bool Matches(PlainInstance one, string modalities, IReadOnlyList<(string Key, string Value)> keys, bool empty, bool multiple)
    {
        keys = [.. keys.Where(key => key.Value.Trim('*').Length > 0)];
        var dates = keys.FirstOrDefault(key => key.Key == "StudyDate").Value;
        var times = keys.FirstOrDefault(key => key.Key == "StudyTime").Value;
        var isCombined = dates?.Contains('-') == true && times?.Contains('-') == true;
        if (isCombined && !Combined(one, dates!, times!))
            return false;
        var plain = keys.Where(key => !key.Key.Contains('.') && !(isCombined && (key.Key is "StudyDate" or "StudyTime")));
        if (!plain.All(key => Key(key.Key, key.Value, key.Key == "ModalitiesInStudy" ? modalities : one.Values.GetValueOrDefault(key.Key, ""), empty, multiple)))
            return false;
        var inner = keys.Where(key => key.Key.Contains('.')).Select(key => (Key: key.Key.Split('.')[1], key.Value)).ToArray();

        // A sequence that is not there has no values, as one with an empty item.
        return inner.Length == 0 || one.Requests.DefaultIfEmpty(new Dictionary<string, string>()).Any(item => inner.All(key => Key(key.Key, key.Value, item.GetValueOrDefault(key.Key, ""), empty, multiple)));
    }

    private static bool Combined(PlainInstance one, string dates, string times)
    {
        var date = one.Values.GetValueOrDefault("StudyDate", "");
        var time = one.Values.GetValueOrDefault("StudyTime", "");
        if (date.Length == 0)
            return false;
        var (first, last) = (dates.Split('-')[0], dates.Split('-')[1]);
        var (early, late) = (times.Split('-')[0], times.Split('-')[1]);
        var (least, greatest) = time.Length == 0 ? (date + Time("00"), date + LastTime("23")) : (date + Time(time), date + Time(time));
        return (first.Length == 0 || string.CompareOrdinal(greatest, first + Time(early.Length == 0 ? "00" : early)) >= 0)
            && (last.Length == 0 || string.CompareOrdinal(least, last + LastTime(late.Length == 0 ? "23" : late)) <= 0);
    }

    private static bool Key(string keyword, string key, string stored, bool empty, bool multiple)
    {
        var vr = DicomDictionary.Find(keyword)!.VRs[0];
        var values = stored.Split('\\').Where(value => value.Length > 0).ToArray();
        var alternatives = vr is DicomVR.UI or DicomVR.CS ? key.Split([',', '\\']) : multiple ? key.Split('\\') : [key];
        return alternatives.Any(alternative => alternative == "\"\"" && empty ? values.Length == 0 : values.Any(value => Value(vr, alternative, value)));
    }

    private static bool Value(DicomVR vr, string key, string value) => vr switch
    {
        DicomVR.DA => Range(key, text => text, text => text, value),
        DicomVR.TM => Range(key, Time, LastTime, Time(value)),
        DicomVR.IS or DicomVR.DS or DicomVR.US => double.Parse(key, CultureInfo.InvariantCulture).Equals(double.Parse(value, CultureInfo.InvariantCulture)),
        DicomVR.UI => key == value,
        DicomVR.PN => key.Contains('=')
            ? key.Split('=').Select((group, at) => group.Length == 0 || Wildcard(group.ToUpperInvariant(), value.ToUpperInvariant().Split('=').ElementAtOrDefault(at) ?? "")).All(matches => matches)
            : value.ToUpperInvariant().Split('=').Any(group => group.Length > 0 && Wildcard(key.ToUpperInvariant(), group)),
        _ => Wildcard(key, value),
    };

    private static bool Range(string key, Func<string, string> first, Func<string, string> last, string value)
    {
        var ends = key.Contains('-') ? key.Split('-') : [key, key];
        return (ends[0].Length == 0 || string.CompareOrdinal(value, first(ends[0])) >= 0) && (ends[1].Length == 0 || string.CompareOrdinal(value, last(ends[1])) <= 0);
    }

    private static string Time(string value) => value + "000000.000000"[value.Length..];

    private static string LastTime(string value) => value + "235959.999999"[value.Length..];

    private static bool Wildcard(string pattern, string text) =>
        Regex.IsMatch(text, $"^{Regex.Escape(pattern).Replace("\\*", ".*").Replace("\\?", ".")}$", RegexOptions.Singleline | RegexOptions.CultureInvariant, TimeSpan.FromSeconds(5));
}
