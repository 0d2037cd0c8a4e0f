// Input that is broken or means harm: always issues, never an exception, and memory in proportion to the input.

using System.Text;

namespace FhirHub.Model.Tests.Json;

public sealed class HostileJsonTests
{
    private const string Patient =
        """{"resourceType":"Patient","id":"p","text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">A &amp; \u00e9</div>"},"name":[{"given":["Ad\u00e8le",null],"_given":[null,{"extension":[{"url":"http://e.org/x","valueDecimal":-1.50e3}]}]}],"active":true,"_birthDate":{"id":"b"},"multipleBirthInteger":2}""";

    private const string Observation =
        """{"resourceType":"Observation","contained":[{"resourceType":"Device","id":"d"}],"status":"final","code":{"coding":[{"system":"http://loinc.org","code":"1-8"}]},"valueQuantity":{"value":0.10},"device":{"reference":"#d"}}""";

    private const string Bundle =
        """{"entry":[{"request":{"method":"PUT","url":"Patient/1"},"resource":{"id":"1","resourceType":"Patient","gender":"male"}}],"type":"transaction","resourceType":"Bundle"}""";

    public static TheoryData<string> Resources => [Patient, Observation, Bundle];

    [Theory]
    [MemberData(nameof(Resources))]
    public void A_resource_cut_off_at_any_byte_is_refused(string resource)
    {
        var json = Encoding.UTF8.GetBytes(resource);
        Assert.True(ResourceParser.ParseJson(json).IsValid);
        for (var length = 0; length < json.Length; length++)
            AssertRefused(json.AsMemory(0, length));
    }

    [Theory]
    [MemberData(nameof(Resources))]
    public void A_resource_with_bytes_changed_is_read_or_refused(string resource)
    {
        var json = Encoding.UTF8.GetBytes(resource);
        var random = new Random(20261122);
        ReadOnlySpan<byte> tokens = "{}[]\",:\\n0-.eunltf /\0\x01\x7f"u8;
        for (var round = 0; round < 20_000; round++)
        {
            var changed = json.ToArray();
            for (var changes = random.Next(1, 4); changes > 0; changes--)
                changed[random.Next(changed.Length)] = random.Next(2) == 0 ? tokens[random.Next(tokens.Length)] : changed[random.Next(changed.Length)];
            AssertReadOrRefused(changed);
        }
    }

    [Theory]
    [MemberData(nameof(Resources))]
    public void A_resource_with_parts_moved_is_read_or_refused(string resource)
    {
        var json = Encoding.UTF8.GetBytes(resource);
        var random = new Random(4711);
        for (var round = 0; round < 20_000; round++)
        {
            // A piece of the resource is copied to another place, which makes doubles, orphans and lists in odd places.
            var start = random.Next(json.Length);
            var piece = json.AsSpan(start, random.Next(Math.Min(60, json.Length - start)));
            var to = random.Next(json.Length);
            AssertReadOrRefused([.. json.AsSpan(0, to), .. piece, .. json.AsSpan(random.Next(2) == 0 ? to : Math.Min(json.Length, to + piece.Length))]);
        }
    }

    [Theory]
    [InlineData("", "not well-formed")]
    [InlineData(" ", "not well-formed")]
    [InlineData("null", "A resource is a JSON object")]
    [InlineData("[]", "A resource is a JSON object")]
    [InlineData("\"Patient\"", "A resource is a JSON object")]
    [InlineData("{}", "no resourceType")]
    [InlineData("<Patient xmlns=\"http://hl7.org/fhir\"/>", "not well-formed")]
    [InlineData("{\"resourceType\":null}", "resourceType must be a string")]
    [InlineData("{\"resourceType\":\"patient\"}", "not an R4 resource type")]
    [InlineData("{\"resourceType\":\"Resource\"}", "not an R4 resource type")]
    [InlineData("{\"resourceType\":\"\\ud800\"}", "not an R4 resource type")]
    [InlineData("{\"resourceType\":\"Patient\"}{}", "not well-formed")]
    [InlineData("{\"resourceType\":\"Patient\",}", "not well-formed")]
    [InlineData("{\"resourceType\":\"Patient\" /* c */}", "not well-formed")]
    [InlineData("{\"resourceType\":\"Patient\"} // c", "not well-formed")]
    [InlineData("{'resourceType':'Patient'}", "not well-formed")]
    [InlineData("{\"resourceType\":\"Patient\",\"active\":NaN}", "not well-formed")]
    [InlineData("{\"resourceType\":\"Patient\",\"id\":\"a\0b\"}", "not well-formed")]
    [InlineData("{\"resourceType\":\"Patient\",\"id\":\"a\tb\"}", "not well-formed")]
    [InlineData("{\"resourceType\":\"Patient\",\"id\":\"\\x41\"}", "not well-formed")]
    [InlineData("\0{\"resourceType\":\"Patient\"}", "not well-formed")]
    public void What_is_no_resource_is_refused_as_a_whole(string json, string said)
    {
        var result = ResourceParser.ParseJson(Encoding.UTF8.GetBytes(json));

        Assert.Null(result.Tree);
        Assert.Contains(said, Assert.Single(result.Issues).Diagnostics, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"resourceType\":\"Patient\",\"language\":\"a\\u0000b\"}", "Patient.language")]
    [InlineData("{\"resourceType\":\"Patient\",\"language\":\"\\ud83d\"}", "Patient.language")]
    [InlineData("{\"resourceType\":\"Patient\",\"language\":\"\\ude00\\ud83d\"}", "Patient.language")]
    [InlineData("{\"resourceType\":\"Patient\",\"multipleBirthInteger\":1e999999999}", "Patient.multipleBirth")]
    [InlineData("{\"resourceType\":\"Patient\",\"multipleBirthInteger\":1.0}", "Patient.multipleBirth")]
    [InlineData("{\"resourceType\":\"Patient\",\"multipleBirthInteger\":2147483648}", "Patient.multipleBirth")]
    [InlineData("{\"resourceType\":\"Patient\",\"multipleBirthInteger\":-0}", "Patient.multipleBirth")]
    [InlineData("{\"resourceType\":\"Patient\",\"extension\":[{\"url\":\"u:x\",\"valueDecimal\":1e999999999}]}", "Patient.extension[0].value")]
    [InlineData("{\"resourceType\":\"Patient\",\"extension\":[{\"url\":\"u:x\",\"valueDecimal\":-1E-999999999}]}", "Patient.extension[0].value")]
    [InlineData("{\"resourceType\":\"Patient\",\"\\ud800\":1}", "Patient")]
    [InlineData("{\"resourceType\":\"Patient\",\"\":1}", "Patient")]
    [InlineData("{\"resourceType\":\"Patient\",\"__proto__\":{}}", "Patient")]
    [InlineData("{\"resourceType\":\"Patient\",\"resourceType\":{\"active\":true},\"gender\":\"male\"}", "Patient")]
    [InlineData("{\"resourceType\":\"Patient\",\"resourceType\":\"Observation\"}", "Patient")]
    [InlineData("{\"resourceType\":\"Patient\",\"_resourceType\":{\"id\":\"x\"}}", "Patient")]
    [InlineData("{\"resourceType\":\"Patient\",\"name\":[{\"resourceType\":\"HumanName\",\"family\":\"A\"}]}", "Patient.name[0]")]
    public void A_bad_value_or_name_is_told_with_its_place(string json, string expression)
    {
        var result = ResourceParser.ParseJson(Encoding.UTF8.GetBytes(json));

        Assert.False(result.IsValid);
        Assert.Equal(expression, Assert.Single(result.Issues).Expression);
    }

    [Theory]
    [InlineData(0xC3, 0x28)]
    [InlineData(0xED, 0xA0)]
    [InlineData(0xFF, 0xFE)]
    [InlineData(0xC0, 0x80)]
    public void Bytes_that_are_not_UTF8_are_refused(byte first, byte second)
    {
        AssertRefused((byte[])[.. "{\"resourceType\":\"Patient\",\"language\":\""u8, first, second, .. "\"}"u8]);
        AssertRefused((byte[])[first, second, .. "{\"resourceType\":\"Patient\"}"u8]);
    }

    [Fact]
    public void UTF16_is_refused() =>
        AssertRefused(Encoding.Unicode.GetPreamble().Concat(Encoding.Unicode.GetBytes(Patient)).ToArray());

    [Fact]
    public void A_byte_order_mark_is_skipped() =>
        Assert.True(ResourceParser.ParseJson((byte[])[.. Encoding.UTF8.GetPreamble(), .. Encoding.UTF8.GetBytes(Patient)]).IsValid);

    [Fact]
    public void Names_and_the_type_may_be_written_with_escapes() =>
        Assert.True(ResourceParser.ParseJson("""{"resource\u0054ype":"\u0050atient","\u0061ctive":true}"""u8.ToArray()).IsValid);

    [Theory]
    [InlineData("{\"resourceType\":\"Patient\",\"extension\":[{\"url\":\"u:x\",\"extension\":[", "{\"url\":\"u:x\",\"extension\":[")]
    [InlineData("{\"resourceType\":\"Patient\",\"contained\":[", "{\"resourceType\":\"Patient\",\"contained\":[")]
    [InlineData("{\"resourceType\":\"Bundle\",\"type\":\"batch\",\"entry\":[", "{\"resource\":{\"entry\":[")]
    [InlineData("{\"resourceType\":\"Patient\",\"nonsense\":", "[")]
    [InlineData("{\"resourceType\":\"Patient\",\"nonsense\":", "{\"a\":")]
    [InlineData("", "[")]
    [InlineData("", "{\"a\":")]
    public void Ten_thousand_levels_are_refused(string head, string level)
    {
        var json = Encoding.UTF8.GetBytes(head + string.Concat(Enumerable.Repeat(level, 10_000)));

        var result = ResourceParser.ParseJson(json);

        Assert.Null(result.Tree);
        Assert.NotEmpty(result.Issues);
    }

    [Fact]
    public void Levels_within_the_limit_are_read_and_one_more_is_refused()
    {
        Assert.True(Nested(50).IsValid);
        Assert.True(Nested(ParseLimits.Default.MaxDepth - 1).IsValid);
        var tooDeep = Nested(ParseLimits.Default.MaxDepth + 1);
        Assert.Null(tooDeep.Tree);
        Assert.Equal("too-costly", Assert.Single(tooDeep.Issues).Code);

        static ParseResult Nested(int levels) => ResourceParser.ParseJson(Encoding.UTF8.GetBytes(
            "{\"resourceType\":\"Patient\""
            + string.Concat(Enumerable.Repeat(",\"extension\":[{\"url\":\"u:x\"", levels)) + ",\"valueBoolean\":true"
            + string.Concat(Enumerable.Repeat("}]", levels)) + "}"));
    }

    [Theory]
    [InlineData("\"birthDate\":\"", "a", "\"")]
    [InlineData("\"language\":\"", "\\u0061", "\"")]
    [InlineData("\"nonsense\":\"", "\\n", "\"")]
    [InlineData("\"multipleBirthInteger\":", "9", "")]
    [InlineData("\"", "a", "\":1")]
    public void A_value_of_100_MB_takes_memory_in_proportion(string before, string repeated, string after)
    {
        const int length = 100 * 1024 * 1024;
        byte[] head = [.. "{\"resourceType\":\"Patient\","u8, .. Encoding.UTF8.GetBytes(before)];
        byte[] tail = [.. Encoding.UTF8.GetBytes(after), (byte)'}'];
        var json = new byte[head.Length + length + tail.Length];
        head.CopyTo(json, 0);
        var unit = Encoding.UTF8.GetBytes(repeated);
        var end = head.Length + (length / unit.Length * unit.Length);
        for (var at = head.Length; at < end; at += unit.Length)
            unit.CopyTo(json, at);
        json.AsSpan(end, head.Length + length - end).Fill((byte)'1');
        tail.CopyTo(json, json.Length - tail.Length);

        var allocatedBefore = GC.GetAllocatedBytesForCurrentThread();
        var result = ResourceParser.ParseJson(json);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - allocatedBefore;

        Assert.False(result.IsValid);
        Assert.All(result.Issues, issue => Assert.InRange(issue.Diagnostics.Length, 1, 2000));
        Assert.InRange(allocated, 0, 3L * length);
    }

    [Theory]
    [InlineData(5, true)]
    [InlineData(40, false)]
    public void Resources_that_nest_deeply_and_name_their_types_last_are_refused(int levels, bool valid)
    {
        var json = "{\"language\":\"" + new string('a', 10_000) + "\",\"resourceType\":\"Patient\"}";
        for (var level = 0; level < levels; level++)
            json = "{\"contained\":[" + json + "],\"resourceType\":\"Patient\"}";

        var result = ResourceParser.ParseJson(Encoding.UTF8.GetBytes(json));

        Assert.Equal(valid, result.IsValid);
        Assert.All(result.Issues, issue => Assert.Equal("too-costly", issue.Code));
    }

    [Fact]
    public void A_million_empty_elements_end_at_the_limits()
    {
        var json = Encoding.UTF8.GetBytes("{\"resourceType\":\"Patient\",\"name\":[" + string.Join(',', Enumerable.Repeat("{}", 1_000_000)) + "]}");

        var result = ResourceParser.ParseJson(json);
        Assert.Null(result.Tree);
        Assert.InRange(result.Issues.Count, 1, ParseLimits.Default.MaxIssues + 1);

        var few = ResourceParser.ParseJson(json, limits: new ParseLimits { MaxElements = 1000, MaxIssues = int.MaxValue });
        Assert.Null(few.Tree);
        Assert.Equal("too-costly", few.Issues[^1].Code);
    }

    [Fact]
    public void More_bytes_than_the_limit_are_not_read()
    {
        var result = ResourceParser.ParseJson(Encoding.UTF8.GetBytes(Patient), limits: new ParseLimits { MaxBytes = 100 });
        Assert.Null(result.Tree);
        Assert.Equal("too-long", Assert.Single(result.Issues).Code);
    }

    private static void AssertRefused(ReadOnlyMemory<byte> json)
    {
        var result = ResourceParser.ParseJson(json);
        Assert.Null(result.Tree);
        Assert.Equal(IssueSeverity.Fatal, result.Issues[^1].Severity);
        Assert.All(result.Issues, issue => Assert.NotEmpty(issue.Diagnostics));
    }

    private static void AssertReadOrRefused(byte[] json)
    {
        var result = ResourceParser.ParseJson(json);
        if (result.Tree is null)
        {
            Assert.NotEmpty(result.Issues);
            return;
        }

        // An array may come back padded with the null that its twin asks for, so content is compared with what was written.
        var written = ResourceWriter.ToJson(result.Tree.Root);
        if (!result.IsValid)
            return;
        var again = ResourceParser.ParseJson(written);
        Assert.True(again.IsValid, Encoding.UTF8.GetString(json));
        Assert.Equal(result.Tree.Count, again.Tree!.Count);
        Assert.Equal(written, ResourceWriter.ToJson(again.Tree.Root));
    }
}
