// Characters of Chinese names and addresses that are written in a traditional and a simplified form.

using System.Collections.Frozen;
using System.Text;
using FhirHub.Search;

namespace FhirHub.Server.Matching;

/// <summary>Makes traditional characters simplified, so that both compare as equal.</summary>
internal static class ChineseCharacters
{
    // Pairs of traditional and simplified: surnames first, then what is frequent in given names and addresses.
    private const string Pairs =
        "張张陳陈劉刘黃黄吳吴趙赵孫孙馬马鄭郑謝谢許许韓韩馮冯鄧邓蕭肖葉叶蔣蒋呂吕盧卢鍾钟鐘钟薑姜譚谭陸陆賈贾鄒邹閻阎龍龙賀贺顧顾龔龚萬万錢钱嚴严羅罗楊杨蘇苏湯汤塗涂蘭兰溫温莊庄齊齐單单喬乔聶聂項项紀纪駱骆鄔邬關关闕阙竇窦諸诸儲储衛卫魯鲁應应時时畢毕鬱郁寧宁華华倫伦偉伟"
        + "傑杰國国強强麗丽豔艳艷艳貴贵鳳凤蓮莲榮荣慶庆義义禮礼禎祯書书東东飛飞興兴瓊琼瑩莹瑋玮環环琺珐聰聪勝胜學学賢贤輝辉輩辈連连運运達达遠远鋒锋鋼钢鐵铁銘铭錦锦雲云霧雾靜静順顺顯显風风駿骏驍骁鵬鹏鶴鹤鴻鸿龐庞亞亚優优儀仪億亿傳传軍军農农準准濤涛瀾澜潔洁漢汉濱滨灣湾燦灿"
        + "煥焕燁烨爾尔獻献現现瑤瑶畫画發发盡尽碩硕祿禄種种積积穎颖筆笔節节範范紅红純纯紋纹細细紹绍結结維维綺绮綠绿緒绪縣县總总繼继續续羣群習习聖圣聲声聯联職职腦脑膽胆臨临與与舉举藝艺藍蓝蘊蕴蘿萝處处號号虛虚裏里裡里見见規规視视覺觉觀观記记詠咏詩诗誠诚語语誼谊談谈諒谅論论"
        + "講讲護护讓让豐丰貝贝財财賓宾贊赞躍跃車车軒轩輔辅輕轻進进過过適适遲迟選选遙遥邁迈鄉乡鄰邻醫医釗钊鈞钧鈺钰銀银銳锐鎮镇鏡镜長长門门開开閔闵閩闽闖闯陽阳陰阴隊队階阶際际隨随雙双雞鸡電电靈灵韻韵頂顶領领頌颂頤颐頻频題题願愿類类養养餘余館馆駕驾騰腾驊骅魚鱼鮮鲜鳥鸟鴿鸽"
        + "麥麦黨党點点樓楼園园區区廠厂廣广廳厅島岛崗岗嶺岭幣币幫帮徑径從从復复愛爱憲宪戰战戲戏撫抚擇择數数權权橋桥樹树機机氣气溝沟滬沪營营爭争牆墙狀状獅狮寶宝實实專专將将尋寻對对導导層层屬属嬌娇婭娅孃娘媽妈嫻娴壽寿夢梦奧奥奮奋婦妇員员問问啟启喚唤嘯啸團团圓圆圖图執执堅坚"
        + "場场塊块墳坟壯壮叢丛別别劍剑動动務务勞劳勵励勳勋協协參参萧肖嶽岳綸纶鸞鸾淚泪曉晓鬥斗錚铮鎧铠鑒鉴謙谦諭谕謀谋謹谨譽誉賦赋軼轶轍辙迺乃鄺邝酈郦閆闫靄霭頎颀顥颢飄飘鷗鸥";

    private static readonly FrozenDictionary<Rune, Rune> Simplified = Load();

    /// <summary>The text with simplified characters where a pair is known.</summary>
    public static string Simplify(string text)
    {
        if (!text.AsSpan().ContainsAnyInRange('\u4E00', '\u9FFF'))
            return text;
        var simple = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
            simple.Append(Simplified.GetValueOrDefault(rune, rune));
        return simple.ToString();
    }

    /// <summary>True if the text has a Chinese character.</summary>
    public static bool IsIn(string text) => Pinyin.HasHan(text);

    private static FrozenDictionary<Rune, Rune> Load()
    {
        var runes = Pairs.EnumerateRunes().ToList();
        var pairs = new Dictionary<Rune, Rune>();
        for (var i = 0; i + 1 < runes.Count; i += 2)
            pairs[runes[i]] = runes[i + 1];

        return pairs.ToFrozenDictionary();
    }
}
