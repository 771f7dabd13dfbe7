/// How the page looks.
///
/// System fonts, one column of about 65 letters, figures a little wider. The colours of ink and paper
/// follow the reader's choice of light or dark; on paper they are light.
enum Stylesheet {
  /// What drawings need, in the page and as files.
  static let drawings = """
    :root{--ink:#23211e;--soft:#6d675f;--line:#cfc8bd;--paper:#fdfcf9;--wash:#f3efe7;--blue:#3c6e9f;\
    --red:#b4553a}
    @media (prefers-color-scheme:dark){:root{--ink:#e6e1d8;--soft:#a39c91;--line:#4a463f;\
    --paper:#191815;--wash:#24221e;--blue:#7fb0de;--red:#e08a6c}}
    svg text{font-family:system-ui,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;fill:var(--ink)}
    svg .paper{fill:var(--paper)}
    svg .label{font-size:13px}
    svg .small{font-size:11.5px;fill:var(--soft)}
    svg .strong{font-weight:600}
    svg .middle{text-anchor:middle}
    svg .end{text-anchor:end}
    svg .bar{fill:var(--blue)}
    svg .minus{fill:var(--blue)}
    svg .plus{fill:var(--red)}
    svg .axis{fill:none;stroke:var(--soft);stroke-width:1}
    svg .mark{fill:none;stroke:var(--red);stroke-width:2}
    svg .wire{fill:none;stroke:var(--soft);stroke-width:1.3}
    svg .tip{fill:var(--soft)}
    svg .node{fill:var(--wash);stroke:var(--blue);stroke-width:1.3}
    svg .quiet{stroke:var(--line)}
    svg .out{stroke:var(--red)}

    """

  static let page = """
    *{box-sizing:border-box}
    html{background:var(--paper);color:var(--ink);-webkit-text-size-adjust:100%}
    body{margin:0;font:1.0625rem/1.55 "Iowan Old Style","Palatino Linotype",Palatino,"URW Palladio L",\
    P052,"Book Antiqua",Georgia,serif;hyphens:auto}
    main{max-width:58rem;margin:0 auto;padding:0 clamp(1rem,4vw,2.5rem) 4rem}
    p,h1,h2,h3,dl,.facts,.lead,.numbers{max-width:42rem}
    p{margin:0 0 1em;text-wrap:pretty}
    a{color:inherit;text-decoration-color:var(--line);text-underline-offset:.18em}
    a:hover{text-decoration-color:currentColor}
    code small{font:italic 1em Georgia,serif}
    code{font:.86em/1.4 ui-monospace,"SF Mono",Menlo,Consolas,"Liberation Mono",monospace}
    .front{padding:clamp(2.5rem,9vw,6rem) 0 1rem}
    .kicker{font-variant-caps:all-small-caps;letter-spacing:.09em;color:var(--soft);margin-bottom:.6rem}
    h1{font-weight:400;font-size:clamp(1.9rem,5.4vw,3.1rem);line-height:1.13;margin:0 0 1.4rem;\
    text-wrap:balance}
    h1 .file{font-style:italic;overflow-wrap:anywhere}
    .lead{font-size:1.12rem}
    section{border-top:1px solid var(--line);margin-top:4.5rem;padding-top:1.6rem}
    section>header{display:grid;grid-template-columns:auto 1fr;column-gap:1.1rem;align-items:baseline;\
    margin-bottom:1.5rem}
    .number{font-size:2.6rem;line-height:1;color:var(--red);margin:0;font-variant-numeric:lining-nums}
    h2{font-weight:400;font-size:1.9rem;line-height:1.2;margin:0}
    dl{grid-column:2;display:grid;grid-template-columns:auto 1fr;gap:.15rem .8rem;margin:.7rem 0 0;\
    font-size:.86rem;color:var(--soft)}
    dt{font-style:italic}
    dd{margin:0;overflow-wrap:anywhere}
    h3{font-weight:600;font-size:1.12rem;margin:2.4rem 0 .5rem}
    h3 small{font-weight:400;font-style:italic;color:var(--soft);margin-left:.4em}
    figure{margin:1.4rem 0}
    figure img,figure svg{display:block;width:100%;height:auto;max-height:90vh}
    figure img{border-radius:2px;object-fit:contain;object-position:0 100%}
    img.cells{image-rendering:pixelated}
    figcaption{font:.84rem/1.45 system-ui,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;\
    color:var(--soft);margin-top:.55rem;max-width:44rem}
    figcaption b{color:var(--ink);font-weight:600}
    .narrow{max-width:40rem}
    .drawing{max-width:48rem}
    .detail img{max-height:26rem;width:auto;max-width:100%}
    .pair,.triple,.steps{display:grid;gap:1.2rem;margin:1.4rem 0;align-items:start;\
    grid-template-columns:repeat(auto-fit,minmax(min(100%,19rem),1fr))}
    .triple{grid-template-columns:repeat(auto-fit,minmax(min(100%,15rem),1fr))}
    .steps{grid-template-columns:repeat(auto-fill,minmax(min(100%,16rem),1fr))}
    .pair figure,.triple figure,.steps figure{margin:0}
    .pair img,.triple img,.steps img{max-height:34rem}
    .tiles ol{list-style:none;margin:0;padding:0;display:grid;gap:.55rem .5rem;align-items:end;\
    grid-template-columns:repeat(6,minmax(0,1fr))}
    .tiles.many ol{grid-template-columns:repeat(8,minmax(0,1fr))}
    .tiles.sums ol{grid-template-columns:repeat(3,minmax(0,1fr))}
    .tiles img{max-height:16rem}
    .sums img{max-height:24rem}
    .tiles span,.frames p{font:.72rem/1.3 system-ui,"Segoe UI",Roboto,Arial,sans-serif;\
    color:var(--soft);font-variant-numeric:tabular-nums}
    .tiles figcaption span,.tiles figcaption i{font-size:inherit}
    .scale{white-space:nowrap}
    .scale i{display:inline-block;width:4.5rem;height:.62em;margin:0 .4em;border-radius:1px;\
    -webkit-print-color-adjust:exact;print-color-adjust:exact}
    .charts{display:grid;gap:.8rem 1.6rem;grid-template-columns:repeat(auto-fit,minmax(min(100%,17rem),1fr));\
    max-width:46rem}
    .charts figcaption{grid-column:1/-1}
    .equation{font-size:1.15rem;margin:1.1rem 0 1.1rem 1.5rem}
    .plus{color:var(--red)}
    .minus{color:var(--blue)}
    table{border-collapse:collapse;margin:1.2rem 0;font-size:.94rem}
    .facts th{font-weight:400;font-style:italic;text-align:left;color:var(--soft);\
    padding:.22rem 1.2rem .22rem 0;vertical-align:top;white-space:nowrap}
    .facts td{padding:.22rem 0;overflow-wrap:anywhere}
    .numbers{font-variant-numeric:tabular-nums lining-nums}
    .numbers th{font-weight:400;font-style:italic;color:var(--soft)}
    .numbers th,.numbers td{text-align:right;padding:.15rem 1.6rem .15rem 0;\
    border-bottom:1px solid var(--line)}
    .note{font-size:.86rem;color:var(--soft)}
    nav ol{list-style:none;counter-reset:c;margin:2.2rem 0 0;padding:0;max-width:42rem}
    nav li{counter-increment:c;display:flex;flex-wrap:wrap;gap:0 1rem;justify-content:space-between;\
    border-bottom:1px solid var(--line);padding:.34rem 0}
    nav li a{text-decoration:none}
    nav li a::before{content:counter(c);display:inline-block;width:1.7rem;color:var(--red)}
    nav li span{font-size:.86rem;color:var(--soft);text-align:right;margin-left:auto}
    .stepper{border:1px solid var(--line);border-radius:3px;margin:1.6rem 0;padding:.8rem 1rem 1rem;\
    max-width:40rem}
    .stepper legend{font-style:italic;font-size:.94rem;padding:0 .4rem}
    .stepper input{appearance:none;-webkit-appearance:none;margin:0;height:1.5rem;border-radius:0;\
    width:calc(100%/var(--count,32));background:linear-gradient(var(--line),var(--line)) center/calc(100% - 2px) 5px no-repeat;\
    cursor:pointer}
    .stepper input:checked{background-image:linear-gradient(var(--red),var(--red));background-size:calc(100% - 2px) 15px}
    .stepper input:focus-visible{outline:2px solid var(--blue);outline-offset:1px}
    .frames>div{display:none}
    .frames img{display:block;width:100%;height:auto;max-height:60vh;object-fit:contain}
    .frames p{margin:.5rem 0 0;font-size:.84rem}
    footer{border-top:1px solid var(--line);margin-top:4.5rem;padding-top:1.2rem;font-size:.86rem;\
    color:var(--soft)}
    .scroll{overflow-x:auto}
    @media (max-width:40rem){
    .tiles ol{grid-template-columns:repeat(3,minmax(0,1fr))}
    .tiles.many ol{grid-template-columns:repeat(4,minmax(0,1fr))}
    .tiles.sums ol{grid-template-columns:repeat(2,minmax(0,1fr))}
    .scroll svg{width:38rem}
    section>header{display:block}
    .facts th{white-space:normal}
    .equation{margin-left:0}}
    @media (prefers-color-scheme:dark){figure img,.frames img{filter:brightness(.92)}}
    @media print{
    :root{--ink:#000;--soft:#555;--line:#bbb;--paper:#fff;--wash:#f4f4f4;--blue:#3c6e9f;--red:#b4553a}
    body{font-size:10.5pt}
    main{max-width:none;padding:0}
    section{break-before:page;border:0;margin-top:0}
    figure,.tiles li,table,.pair>*,.steps>*{break-inside:avoid}
    h2,h3,h3+p{break-after:avoid}
    .triple,.steps{grid-template-columns:repeat(3,1fr)}
    .pair{grid-template-columns:1fr 1fr}
    .detail img{max-height:9cm}
    .narrow{max-width:12cm}
    .tiles ol{grid-template-columns:repeat(6,minmax(0,1fr))}
    .stepper{display:none}
    figure img{filter:none;max-height:19cm}}
    @page{margin:18mm 16mm}

    """
}
