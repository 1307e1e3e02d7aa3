//! Subjects of numbers: data, queries, statistics and learning machines.

use super::{Subject, phrase};

pub(super) const DATA: Subject = Subject {
    slug: "data",
    name: "데이터",
    parent: None,
    topics: [
        phrase("데이터 분석", "Data Analysis"),
        phrase("데이터 시각화", "Data Visualisation"),
        phrase("데이터 리터러시", "Data Literacy"),
        phrase("데이터 파이프라인", "Data Pipelines"),
        phrase("대시보드 설계", "Dashboard Design"),
        phrase("스프레드시트 활용", "Spreadsheets"),
    ],
    concepts: [
        phrase("지표 정의", "Defining Metrics"),
        phrase("결측값 다루기", "Missing Values"),
        phrase("그래프 고르기", "Choosing a Chart"),
        phrase("표본과 편향", "Samples and Bias"),
        phrase("시계열", "Time Series"),
        phrase("데이터 정제", "Data Cleaning"),
        phrase("보고서 쓰기", "Writing Reports"),
        phrase("자동 갱신", "Scheduled Refreshes"),
    ],
};

pub(super) const SQL: Subject = Subject {
    slug: "sql",
    name: "SQL",
    parent: Some("data"),
    topics: [
        phrase("SQL 질의", "SQL Queries"),
        phrase("SQL 튜닝", "SQL Tuning"),
        phrase("분석용 SQL", "SQL for Analysts"),
        phrase("데이터 모델링", "Data Modelling"),
        phrase("트랜잭션과 잠금", "Transactions and Locks"),
        phrase("윈도 함수", "Window Functions"),
    ],
    concepts: [
        phrase("조인", "Joins"),
        phrase("집계와 그룹", "Aggregates and Groups"),
        phrase("서브쿼리", "Subqueries"),
        phrase("인덱스", "Indexes"),
        phrase("실행 계획", "Execution Plans"),
        phrase("정규화", "Normalisation"),
        phrase("격리 수준", "Isolation Levels"),
        phrase("공통 테이블 식", "Common Table Expressions"),
    ],
};

pub(super) const MACHINE_LEARNING: Subject = Subject {
    slug: "machine-learning",
    name: "머신러닝",
    parent: Some("data"),
    topics: [
        phrase("머신러닝", "Machine Learning"),
        phrase("추천 시스템", "Recommender Systems"),
        phrase("자연어 처리", "Natural Language Processing"),
        phrase("컴퓨터 비전", "Computer Vision"),
        phrase("딥러닝", "Deep Learning"),
        phrase("모델 서빙", "Model Serving"),
    ],
    concepts: [
        phrase("학습과 검증", "Training and Validation"),
        phrase("과적합", "Overfitting"),
        phrase("특징 설계", "Feature Design"),
        phrase("손실 함수", "Loss Functions"),
        phrase("의사 결정 나무", "Decision Trees"),
        phrase("임베딩", "Embeddings"),
        phrase("평가 지표", "Evaluation Metrics"),
        phrase("실험 기록", "Experiment Tracking"),
    ],
};

pub(super) const STATISTICS: Subject = Subject {
    slug: "statistics",
    name: "통계",
    parent: Some("data"),
    topics: [
        phrase("생활 속 통계", "Everyday Statistics"),
        phrase("회귀 분석", "Regression Analysis"),
        phrase("가설 검정", "Hypothesis Testing"),
        phrase("베이즈 통계", "Bayesian Statistics"),
        phrase("실험 설계", "Experiment Design"),
        phrase("설문 분석", "Survey Analysis"),
    ],
    concepts: [
        phrase("평균과 분산", "Mean and Variance"),
        phrase("정규 분포", "The Normal Distribution"),
        phrase("신뢰 구간", "Confidence Intervals"),
        phrase("상관과 인과", "Correlation and Causation"),
        phrase("표본 크기", "Sample Size"),
        phrase("이상값", "Outliers"),
        phrase("사전 확률", "Priors"),
        phrase("잔차 진단", "Residual Checks"),
    ],
};
