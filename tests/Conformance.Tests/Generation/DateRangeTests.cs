// What a search by date must find, as R4 search.html#date has it.

using FhirHub.Conformance.Generation;

namespace FhirHub.Conformance.Tests;

public class DateRangeTests
{
    [Theory]
    [InlineData("2025-03-04", "eq", "2025-03", true)]
    [InlineData("2025-03", "eq", "2025-03-04", false)]
    [InlineData("2025-03-04", "lt", "2025-03-05", true)]
    [InlineData("2025-03-04", "gt", "2025-03-04", false)]
    [InlineData("2025-03-04", "ge", "2025-03-04", true)]
    [InlineData("2025-03-04", "sa", "2025-03-03", true)]
    [InlineData("2025-03-04", "eb", "2025-03-05", true)]
    [InlineData("2025-03-04", "eb", "2025-03-04", false)]
    [InlineData("2025-03-04T10:00:00+08:00", "eq", "2025-03-04T02:00:00Z", true)]
    public void A_date_is_the_time_that_it_names(string value, string prefix, string query, bool found) =>
        Assert.Equal(found, DateRange.Matches(DateRange.Of(value)!, prefix, DateRange.Of(query)!));

    [Theory]
    [InlineData("2025-03-04T01:00:00+08:00", "eq", "2025-03-04")]
    [InlineData("2025-03-04T23:00:00Z", "gt", "2025-03-04")]
    public void Where_the_servers_time_zone_decides_nothing_is_asked(string value, string prefix, string query) =>
        Assert.Null(DateRange.Matches(DateRange.Of(value)!, prefix, DateRange.Of(query)!));

    [Fact]
    public void A_date_far_enough_away_is_found_in_every_time_zone() =>
        Assert.True(DateRange.Matches(DateRange.Of("2025-03-04T01:00:00+08:00")!, "gt", DateRange.Of("2025-03-01")!));

    [Theory]
    [InlineData("tomorrow")]
    [InlineData("2025-13")]
    [InlineData("2025-03-04T10:00")]
    public void What_is_no_date_has_no_time(string text) => Assert.Null(DateRange.Of(text));
}
