// Units by UCUM: grammar, canonical values, and the whole table against UCUM's own file when it is there.

using System.Globalization;
using System.Xml.Linq;
using FhirHub.Tests;
using Xunit.Abstractions;

namespace FhirHub.Model.Tests;

public class UcumTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData("1")]
    [InlineData("mg")]
    [InlineData("mm[Hg]")]
    [InlineData("10*3/uL")]
    [InlineData("10^9/L")]
    [InlineData("{score}")]
    [InlineData("mL/min/{1.73_m2}")]
    [InlineData("/min")]
    [InlineData("kg/m2")]
    [InlineData("g.m/s2")]
    [InlineData("m.s-2")]
    [InlineData("[in_i'Hg]")]
    [InlineData("umol/(24.h)")]
    [InlineData("dB[SPL]")]
    [InlineData("k[IU]/L")]
    [InlineData("[m/s2/Hz^(1/2)]")]
    [InlineData("Cel{body}")]
    [InlineData("dam")]
    [InlineData("Pa")]
    public void A_code_of_the_grammar_is_valid(string unit) => Assert.True(Ucum.IsValid(unit));

    [Theory]
    [InlineData("")]
    [InlineData("mmHg")]
    [InlineData("beats/minute")]
    [InlineData("k[in_i]")]
    [InlineData("m//s")]
    [InlineData("m.")]
    [InlineData("(m")]
    [InlineData("m)")]
    [InlineData("{open")]
    [InlineData("m g")]
    [InlineData("[degF]/min")]
    [InlineData("m1000000")]
    [InlineData("10*999999999999")]
    [InlineData("0")]
    [InlineData("µg")]
    [InlineData("((((((((((((((((((((m))))))))))))))))))))")]
    public void Anything_else_is_not_valid(string unit)
    {
        Assert.False(Ucum.IsValid(unit));
        Assert.False(Ucum.TryCanonicalize(unit, 1, out _, out _));
    }

    [Theory]
    [InlineData("mg", "5000", "g", "5")]
    [InlineData("[lb_av]", "185", "g", "83914.58845")]
    [InlineData("/min", "60", "s-1", "1")]
    [InlineData("/min", "6", "s-1", "0.1")]
    [InlineData("mmol/L", "6.3", "m-3.mol", "6.3")]
    [InlineData("mm[Hg]", "120", "g.m-1.s-2", "15998640")]
    [InlineData("10*3/uL", "7.2", "m-3", "7200000000000")]
    [InlineData("%", "50", "1", "0.5")]
    [InlineData("{score}", "3", "1", "3")]
    [InlineData("Cel", "37.0", "K", "310.15")]
    [InlineData("[degF]", "98.6", "K", "310.15")]
    [InlineData("mCel", "1000", "K", "274.15")]
    [InlineData("[iU]", "5", "[iU]", "5")]
    [InlineData("k[IU]/L", "5", "[iU].m-3", "5000000")]
    [InlineData("wk", "2", "s", "1209600")]
    [InlineData("cm", "180.0", "m", "1.80")]
    [InlineData("B", "2", "1", "100")]
    [InlineData("[diop]", "2", "m-1", "2")]
    [InlineData("fL", "90", "m3", "0.00000000000000009")]
    public void Values_are_exact_in_canonical_units(string unit, string value, string canonicalUnits, string canonicalValue)
    {
        Assert.True(Ucum.TryCanonicalize(unit, decimal.Parse(value, CultureInfo.InvariantCulture), out var actual, out var units));
        Assert.Equal(canonicalUnits, units);
        Assert.Equal(decimal.Parse(canonicalValue, CultureInfo.InvariantCulture), actual);
    }

    [Fact]
    public void Arbitrary_units_are_comparable_with_themselves_only()
    {
        Assert.True(Ucum.TryCanonicalize("[iU]", 1, out _, out var international));
        Assert.True(Ucum.TryCanonicalize("[arb'U]", 1, out _, out var arbitrary));
        Assert.True(Ucum.TryCanonicalize("1", 1, out _, out var none));
        Assert.Equal(3, new[] { international, arbitrary, none }.Distinct(StringComparer.Ordinal).Count());
    }

    [Theory]
    [InlineData("Ym3", "79228162514264337593543950335")]
    [InlineData("Mpc", "79228162514264337593543950335")]
    [InlineData("B", "1000")]
    [InlineData("[degF]", "79228162514264337593543950335")]
    [InlineData("Ym", "79228162514264337593543950335")]
    public void A_value_that_no_decimal_holds_is_refused(string unit, string value) =>
        Assert.False(Ucum.TryCanonicalize(unit, decimal.Parse(value, CultureInfo.InvariantCulture), out _, out _));

    [Fact]
    public void Hostile_codes_do_no_harm()
    {
        var random = new Random(20240501);
        const string alphabet = "mgsLkuYda[]{}()./+-^*0123456789'%_Hz \u00b5\0";
        for (var i = 0; i < 50_000; i++)
        {
            var unit = string.Concat(Enumerable.Range(0, random.Next(1, 40)).Select(_ => alphabet[random.Next(alphabet.Length)]));
            Ucum.TryCanonicalize(unit, 1.5m, out _, out _);
        }

        Assert.False(Ucum.IsValid(new string('m', 100_000)));
        Ucum.TryCanonicalize(string.Concat(Enumerable.Repeat("Ym99.", 51)) + "m", 1, out _, out _);
    }

    [Fact]
    public void Every_unit_of_UCUM_is_known_and_has_the_value_of_its_definition()
    {
        if (SharedMaterial.Folder("suites") is not { } folder)
        {
            output.WriteLine("The shared material is not there; nothing was compared.");
            return;
        }

        XNamespace ucum = "http://unitsofmeasure.org/ucum-essence";
        var essence = XDocument.Load(Path.Combine(folder, "suites", "fhir-test-cases", "ucum", "ucum-essence.xml")).Root!;
        var compared = 0;
        var wrong = new List<string>();
        foreach (var unit in essence.Elements(ucum + "unit").Concat(essence.Elements(ucum + "base-unit")))
        {
            var code = unit.Attribute("Code")!.Value;
            Assert.True(Ucum.TryParse(code, out var parsed), code);
            var value = unit.Element(ucum + "value");
            if (value is null || parsed.IsSpecial || code == "mol" || unit.Attribute("isArbitrary") is not null)
                continue;
            var number = decimal.Parse(value.Attribute("value")!.Value, NumberStyles.Float, CultureInfo.InvariantCulture);
            // A decimal ends at 28 places, which some constants of physics run past.
            if (number < 1e-15m)
                continue;
            var definition = value.Attribute("Unit")!.Value;
            Assert.True(Ucum.TryCanonicalize(definition, number, out var expected, out var units), $"{code} = {number} {definition}");
            Assert.True(parsed.TryToCanonical(1, out var actual), code);
            if (units != parsed.CanonicalUnits || Math.Abs(actual - expected) > Math.Abs(expected) * 1e-12m)
                wrong.Add($"{code} is {actual} {parsed.CanonicalUnits} instead of {expected} {units}");
            compared++;
        }

        output.WriteLine($"{compared} definitions compared.");
        Assert.Empty(wrong);
        Assert.True(compared > 200);
    }
}
