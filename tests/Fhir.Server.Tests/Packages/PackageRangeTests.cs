// Versions as the dependencies of packages name them.

namespace FhirHub.Server.Tests.Packages;

public class PackageRangeTests
{
    [Theory]
    [InlineData("1.0.0", "1.0.0 1.0.1 2.0.0", "1.0.0")]
    [InlineData("1.0.x", "1.0.0 1.0.11 1.0.9 1.1.0", "1.0.11")]
    [InlineData("1.0.*", "1.0.0 1.1.0", "1.0.0")]
    [InlineData("1.0", "0.9.0 1.0.3 1.1.0", "1.0.3")]
    [InlineData("1.x", "0.9.0 1.0.3 1.10.0 1.9.0 2.0.0", "1.10.0")]
    [InlineData("1", "0.9.0 1.0.3 1.1.0 11.0.0", "1.1.0")]
    [InlineData("latest", "1.0.0 3.0.0-ballot 2.0.0", "2.0.0")]
    [InlineData("*", "1.0.0 2.0.0", "2.0.0")]
    [InlineData("current", "1.0.0 3.0.0-cibuild 2.0.0", "3.0.0-cibuild")]
    [InlineData("1.0.x", "1.0.0-ballot", "1.0.0-ballot")]
    [InlineData("^1.2.0", "1.1.0 1.2.0 1.9.9 2.0.0", "1.9.9")]
    [InlineData("^0.2.1", "0.2.0 0.2.5 0.3.0", "0.2.5")]
    [InlineData("~1.2.1", "1.2.0 1.2.7 1.3.0", "1.2.7")]
    [InlineData(">=1.0.0 <2.0.0", "0.9.0 1.5.0 2.0.0", "1.5.0")]
    [InlineData(">= 1.0.0 < 2.0.0", "0.9.0 1.5.0 2.0.0", "1.5.0")]
    [InlineData(">1.0", "1.0.9 1.1.0", "1.1.0")]
    [InlineData("<=1.1", "1.0.0 1.1.8 1.2.0", "1.1.8")]
    [InlineData("1.0.0 - 1.4.0", "0.9.0 1.2.0 1.4.0 1.5.0", "1.4.0")]
    [InlineData("1.0.x || 3.0.x", "1.0.4 2.0.0 3.0.1 4.0.0", "3.0.1")]
    [InlineData("2021", "2020 2021 2022", "2021")]
    [InlineData("1.0.1", "1.0.0 1.0.2", null)]
    [InlineData("3.x", "1.0.0 2.0.0", null)]
    [InlineData("release-a", "release-a release-b", "release-a")]
    public void The_best_version_is_chosen(string range, string versions, string? best) =>
        Assert.Equal(best, PackageRange.Parse(range).Best(versions.Split(' '), static version => version));

    [Theory]
    [InlineData("hl7.fhir.us.core#3.1.0", "hl7.fhir.us.core", "3.1.0")]
    [InlineData("hl7.fhir.us.core@3.1.x", "hl7.fhir.us.core", "3.1.x")]
    [InlineData("hl7.fhir.us.core", "hl7.fhir.us.core", "latest")]
    public void A_name_is_taken_apart(string text, string name, string range) => Assert.Equal((name, range), PackageId.Split(text));

    [Theory]
    [InlineData("../../etc#1.0.0")]
    [InlineData("a/b#1.0.0")]
    [InlineData("#1.0.0")]
    [InlineData("name#")]
    [InlineData("")]
    public void What_no_package_is_called_is_no_name(string text) => Assert.Null(PackageId.Split(text));
}
