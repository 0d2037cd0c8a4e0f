// A hundred thousand searches that no client should send: each is answered, and none makes the server fail.

using System.Text;
using System.Text.Json;
using FhirHub.Search;
using FhirHub.Tests;
using Xunit.Abstractions;

namespace FhirHub.Server.Tests;

public class SearchFuzzTests(ServerFixture server, ITestOutputHelper output) : IClassFixture<ServerFixture>
{
    private const int Queries = 100_000;
    private const int Clients = 8;

    private static readonly string[] s_types =
        ["Patient", "Observation", "Encounter", "Condition", "Organization", "Location", "MedicationRequest", "ValueSet", "List", "Questionnaire", ""];

    private static readonly string[] s_special =
    [
        "_id", "_lastUpdated", "_tag", "_profile", "_security", "_source", "_text", "_content", "_list", "_has", "_type", "_query", "_filter", "_sort", "_count",
        "_include", "_revinclude", "_include:iterate", "_summary", "_total", "_elements", "_contained", "_containedType", "_pretty", "_page", "_explain", "near", "",
    ];

    private static readonly string[] s_modifiers =
        ["missing", "exact", "contains", "not", "text", "in", "not-in", "above", "below", "of-type", "identifier", "Patient", "iterate", "nonsense", "", "missing:exact"];

    private static readonly string[] s_values =
    [
        "true", "false", "male", "2020", "2020-02-30", "ge2020-01", "lt2020-01-01T00:00:00Z", "ap2020", "eb0001", "sa9999-12-31T23:59:60+14:00", "5.4", "gt5e400", "-1e-400",
        "5.4||mg", "5.4|http://unitsofmeasure.org|mg", "1|2|3|4", "||", "|", "http://loinc.org|8302-2", "|final", "final|", "Patient/1", "Patient/1/_history/2", "Practitioner/x|y",
        "http://example.org/fhir/Patient/1", "urn:uuid:5d08f7da-5a78-4d35-afec-9d2c2c0245ee", "#c", "a$b", "http://loinc.org|8302-2$gt5", "$", "$$$$", "\\,", "\\", "a\\$b\\|c", ",,,", "王小明",
        "\u0000", "\u0001\u001f", "\ud83d\ude00", "é", "'", "\"", "';DROP TABLE resource;--", "%", "%%", "_", "*", "(", "name eq \"x\"", "name co x and (birthdate gt 2000 or not (active eq true))",
        "((((((((((", "code in http://hl7.org/fhir/ValueSet/administrative-gender", "subject.name eq a", "given[family eq b].x", "42.3|-83.0|5|km", "91|181|-1|furlong", "-gt5", "Patient:organization",
        "Observation:subject:Patient", "*", "Patient:*", "Observation:*:*", "birthdate,-name,_id", "-", "none", "accurate", "estimate", "both", "container", "1000000000000", "-1", "0",
        "http://hl7.org/fhir/ValueSet/administrative-gender", "http://example.org/no|1", "ValueSet/none", "NEAR(a b)", "a OR b", "NOT", "\"a b", "a* -b", "^", "{}", "[]", "[1]",
    ];

    [Fact]
    public async Task No_search_makes_the_server_fail()
    {
        await SeedAsync();
        var seed = TestSeed.Take();
        output.WriteLine($"seed {seed}");
        var failures = new List<string>();
        var answered = 0;
        var found = 0;
        await Task.WhenAll(Enumerable.Range(0, Clients).Select(client => Task.Run(async () =>
        {
            var random = new Random(seed + client);
            for (var i = 0; i < Queries / Clients && failures.Count < 20; i++)
            {
                var url = Query(random);
                using var response = await server.Client.GetAsync(url);
                var body = await response.Content.ReadAsByteArrayAsync();
                Interlocked.Increment(ref answered);
                if ((int)response.StatusCode == 200)
                    Interlocked.Increment(ref found);
                if (Wrong((int)response.StatusCode, body) is { } wrong)
                {
                    lock (failures)
                        failures.Add($"seed {seed}: {url} -> {(int)response.StatusCode} {wrong}");
                }
            }
        })));
        output.WriteLine($"{answered} answered, {found} of them with a Bundle");
        Assert.True(failures.Count == 0, string.Join(Environment.NewLine, failures.Take(20)));
        Assert.True(found > Queries / 20, "Hardly any query was understood, so the test does not reach the store.");
    }

    private static string? Wrong(int status, byte[] body)
    {
        if (status is not (200 or 400 or 404 or 410))
            return Encoding.UTF8.GetString(body);
        try
        {
            using var json = JsonDocument.Parse(body);
            var type = json.RootElement.GetProperty("resourceType").GetString();
            return type == (status == 200 ? "Bundle" : "OperationOutcome") ? null : $"is a {type}";
        }
        catch (JsonException)
        {
            return "is not JSON";
        }
    }

    private static string Query(Random random)
    {
        var type = Pick(random, s_types);
        var text = new StringBuilder(type).Append('?');
        var parameters = random.Next(1, 4);
        for (var i = 0; i < parameters; i++)
        {
            if (i > 0)
                text.Append('&');
            var sound = random.Next(2) == 0 ? Sound(random, type.Length == 0 ? "Patient" : type) : null;
            text.Append(sound ?? $"{Name(random, type, 0)}={Value(random)}");
        }

        return text.Length > 4_000 ? text.ToString(0, 4_000).TrimEnd('%') : text.ToString();
    }

    // What a client could mean, so that the store is reached too.
    private static string? Sound(Random random, string type)
    {
        var known = SearchParameterRegistry.R4.ForType(type);
        var parameter = known[random.Next(known.Count)];
        var value = parameter.Type switch
        {
            SearchParameterType.Date => Pick(random, ["2020", "ge2020-01", "lt2020-01-01T00:00:00Z", "ap1915-01-01", "ne2020-01-03"]),
            SearchParameterType.Number => Pick(random, ["5", "gt1", "ap5.4"]),
            SearchParameterType.Quantity => Pick(random, ["5.4", "gt5||mg", "le0.0054|http://unitsofmeasure.org|g"]),
            SearchParameterType.String => Pick(random, ["a", "王", "a1"]),
            SearchParameterType.Token => Pick(random, ["male", "http://loinc.org|8302-2", "|final", "urn:x|", "true"]),
            SearchParameterType.Reference => Pick(random, ["Patient/1", "1", "http://example.org/Patient/1"]),
            SearchParameterType.Uri => "http://example.org/x",
            _ => null,
        };
        return parameter.Expression is null || value is null ? null : $"{parameter.Code}={Escape(value)}";
    }

    private static string Name(Random random, string type, int depth)
    {
        var known = SearchParameterRegistry.R4.ForType(type.Length == 0 ? "Patient" : type);
        var parameter = known[random.Next(known.Count)];
        var name = random.Next(6) == 0 ? Pick(random, s_special) : parameter.Code;
        switch (random.Next(10))
        {
            case 0 when depth < 12:
                return $"{name}.{Name(random, type, depth + 1)}";
            case 1 when depth < 12:
                var target = parameter.TargetTypes.Count > 0 ? parameter.TargetTypes[random.Next(parameter.TargetTypes.Count)] : "Patient";
                return $"{parameter.Code}:{target}.{Name(random, target, depth + 1)}";
            case 2 when depth < 12:
                var source = Pick(random, s_types);
                return $"_has:{source}:{Pick(random, ["subject", "patient", "encounter", "nothing"])}:{Name(random, source, depth + 1)}";
            case 3 or 4:
                return $"{name}:{Uri.EscapeDataString(Pick(random, s_modifiers))}";
            case 5:
                return name + Uri.EscapeDataString(Pick(random, s_values));
            default:
                return name;
        }
    }

    private static string Value(Random random)
    {
        var value = Pick(random, s_values);
        for (var more = random.Next(12); more > 9; more--)
            value += (random.Next(2) == 0 ? "," : "") + Pick(random, s_values);
        if (random.Next(400) == 0)
            value = string.Join(',', Enumerable.Range(0, random.Next(600)).Select(i => value[..Math.Min(3, value.Length)] + i));
        if (random.Next(10) == 0 && value.Length > 0)
            value = value.Remove(random.Next(value.Length), 1);

        // What is no text becomes a replacement character; what is no escape stays as it is.
        return random.Next(20) == 0 ? value.Replace(" ", "+", StringComparison.Ordinal).Replace("#", "%2", StringComparison.Ordinal) : Escape(value);
    }

    private static string Escape(string value)
    {
        var text = new StringBuilder();
        foreach (var b in Encoding.UTF8.GetBytes(value))
        {
            if (char.IsAsciiLetterOrDigit((char)b) || b is (byte)'-' or (byte)'.' or (byte)'_' or (byte)'|' or (byte)',' or (byte)'$' or (byte)':' or (byte)'/')
                text.Append((char)b);
            else
                text.Append(System.Globalization.CultureInfo.InvariantCulture, $"%{b:X2}");
        }

        return text.ToString();
    }

    private static string Pick(Random random, string[] values) => values[random.Next(values.Length)];

    private async Task SeedAsync()
    {
        for (var i = 0; i < 40; i++)
        {
            await server.Client.SendAsync("PUT", $"Patient/{i}", $$"""
                {"resourceType":"Patient","id":"{{i}}","active":true,"gender":"{{(i % 2 == 0 ? "male" : "female")}}","birthDate":"19{{10 + i}}-01-01",
                "identifier":[{"system":"urn:x","value":"{{i}}"}],"name":[{"family":"王","given":["小明","a{{i}}"]}]}
                """);
            await server.Client.SendAsync("PUT", $"Observation/{i}", $$$"""
                {"resourceType":"Observation","id":"{{{i}}}","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"8302-2","display":"Body height"}]},
                "subject":{"reference":"Patient/{{{i}}}"},"effectiveDateTime":"2020-01-{{{1 + (i % 28):00}}}","valueQuantity":{"value":5.4,"system":"http://unitsofmeasure.org","code":"mg"}}
                """);
        }
    }
}
